import { expect, test } from 'vitest';
import { parseCaSerial } from '../../../shared/core/serial.ts';
import { memoryByte } from '../../../shared/core/sweep/device-memory.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { epochMs } from '../../../shared/core/time.ts';
import { type CheckpointPlace, readCheckpoint, writeCheckpoint } from '../../../shared/pipelines/sweep/checkpoint.ts';
import { type ListPass, newProgress } from '../../../shared/pipelines/sweep/read-progress.ts';
import { objectsWorld } from '../../support/objects-world.ts';
import { instanceId } from '../../support/service-world.ts';

const id = parseSweepId('20261121T000000Z');
const ca = parseCaSerial('4a');
if (id === undefined || ca === undefined) throw new Error('the fixtures must be readable');
const PLACE: CheckpointPlace = { instance: instanceId('post-cn-aaaa1111'), ca, digest: '0123456789abcdef' };

test.each<ListPass>([
  { kind: 'under-way', page: 7, isWhole: false },
  { kind: 'over', isWhole: true },
  { kind: 'none' },
])('how the pass through the list stands survives a lap: %j', async (list) => {
  const { objects } = await objectsWorld();
  const progress = { ...newProgress(Uint8Array.of(129, 0, 129)), list, strangersAsked: 12 };
  progress.isRead[1] = 1;
  await writeCheckpoint(objects, id, { epoch: 3, sequence: 1 }, PLACE, progress);
  const read = await readCheckpoint(objects, id, PLACE);
  expect(read).toMatchObject({ list, strangersAsked: 12, readCount: 1 });
  expect([...(read?.isRead ?? [])]).toEqual([0, 1, 0]);
});

test('a checkpoint about another list of devices is none', async () => {
  const { objects } = await objectsWorld();
  await writeCheckpoint(objects, id, { epoch: 3, sequence: 1 }, PLACE, newProgress(new Uint8Array(3)));
  expect(await readCheckpoint(objects, id, { ...PLACE, digest: 'fedcba9876543210' })).toBeUndefined();
});

test('the dates of devices that were found inactive survive a lap, also those that could not be read', async () => {
  const { objects } = await objectsWorld();
  const off = memoryByte({ class: 'inactive', announced: undefined, seenActive: true, known: true });
  const progress = newProgress(Uint8Array.of(129, off, off, off));
  progress.isRead.set([1, 1, 1, 0]);
  progress.inactive.set(1, { validFrom: epochMs(1_700_000_000_000), validUntil: epochMs(253_402_300_799_000) });
  progress.inactive.set(2, { validFrom: undefined, validUntil: epochMs(-1000) });
  await writeCheckpoint(objects, id, { epoch: 3, sequence: 1 }, PLACE, progress);
  const read = await readCheckpoint(objects, id, PLACE);
  expect([1, 2, 3].map((index) => read?.inactive.get(index))).toEqual([
    { validFrom: 1_700_000_000_000, validUntil: 253_402_300_799_000 },
    { validFrom: undefined, validUntil: -1000 },
    { validFrom: undefined, validUntil: undefined },
  ]);
});
