import * as v from 'valibot';
import type { InstanceId } from '../../core/instance.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { CaSerial } from '../../core/serial.ts';
import { readMemory } from '../../core/sweep/device-memory.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { checkpointKey, checkpointPrefix } from '../../core/sweep/sweep-layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { ListAnswerShape } from './list-answer.ts';
import { packBytes, unpackBytes } from './packed-bytes.ts';
import { packDates, unpackDates } from './packed-dates.ts';
import type { ReadProgress } from './read-progress.ts';

/** Which CA's reading a checkpoint is about; the rest of a sweep's progress is in what it has settled. */
export interface CheckpointPlace {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  /** Of the devices it is about, in their order. */
  readonly digest: string;
}

/** Two bytes for each of a million devices, which shrink to little, and the dates of those that are inactive. */
const MAX_BYTES = 32 * 1024 * 1024;

const Shape = v.object({
  schema: v.literal(4),
  instance: v.string(),
  ca: v.string(),
  digest: v.string(),
  next: v.string(),
  isRead: v.string(),
  inactive: v.string(),
  failures: v.array(v.tuple([v.number(), v.string()])),
  list: v.variant('kind', [
    v.object({
      kind: v.literal('under-way'),
      page: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      isWhole: v.boolean(),
    }),
    v.object({ kind: v.literal('over'), isWhole: v.boolean() }),
    v.object({ kind: v.literal('none') }),
  ]),
  listed: ListAnswerShape,
  strangersAsked: v.number(),
});

/** Writes how far the reading of one CA has come, under the epoch of this run's lease. */
export async function writeCheckpoint(
  store: ObjectStore,
  id: SweepId,
  at: { readonly epoch: number; readonly sequence: number },
  place: CheckpointPlace,
  progress: ReadProgress,
): Promise<void> {
  const bytes = Buffer.from(
    safeJson({
      schema: 4,
      ...place,
      next: packBytes(progress.next),
      isRead: packBytes(progress.isRead),
      inactive: packDates(progress.inactive, inactiveOf(progress)),
      failures: [...progress.failures],
      list: progress.list,
      listed: progress.listed,
      strangersAsked: progress.strangersAsked,
    }),
  );
  const key = checkpointKey(id, at.epoch, at.sequence);
  await store.create({ key, bytes, contentType: 'application/json' });
}

/** Finds where the reading of a CA stands; `undefined` when it has to begin, also because its list was changed. */
export async function readCheckpoint(
  store: ObjectStore,
  id: SweepId,
  place: CheckpointPlace,
): Promise<ReadProgress | undefined> {
  const { objects } = await listAll(store, { prefix: checkpointPrefix(id) });
  const newest = objects.at(-1);
  if (newest === undefined) return undefined;
  // One that can not be read is none: the reading begins again.
  const read = await readJsonObject(store, newest.key, Shape, MAX_BYTES);
  if (read === undefined) return undefined;
  const { failures, inactive, isRead: readBytes, list, listed, next: nextBytes, strangersAsked, ...of } = read;
  if (of.instance !== place.instance || of.ca !== place.ca || of.digest !== place.digest) return undefined;
  const [next, isRead] = [unpackBytes(nextBytes), unpackBytes(readBytes)];
  if (next === undefined || isRead === undefined || next.length !== isRead.length) return undefined;
  const dates = unpackDates(inactive, inactiveOf({ next, isRead }), next.length);
  if (dates === undefined) return undefined;
  return {
    next,
    isRead,
    readCount: isRead.reduce((sum, flag) => sum + flag, 0),
    inactive: dates,
    failures: new Map(failures),
    list,
    listed,
    others: new Map(),
    strangersAsked,
  };
}

/** Places of the devices that this sweep has found inactive so far. */
function inactiveOf({ isRead, next }: Pick<ReadProgress, 'isRead' | 'next'>): readonly number[] {
  const places: number[] = [];
  next.forEach((byte, index) => {
    if (isRead[index] === 1 && readMemory(byte).class === 'inactive') places.push(index);
  });
  return places;
}
