import { expect, test } from 'vitest';
import { type DeviceSerial, parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import { memoryByte } from '../../../shared/core/sweep/device-memory.ts';
import {
  inactiveMemoryAfter,
  inactiveSince,
  NO_INACTIVE_MEMORY,
  wasFlapping,
} from '../../../shared/core/sweep/inactive-memory.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { epochMs } from '../../../shared/core/time.ts';
import { readKnownDevices, writeKnownDevices } from '../../../shared/pipelines/sweep/device-memory-store.ts';
import { objectsWorld } from '../../support/objects-world.ts';
import { instanceId } from '../../support/service-world.ts';

const NOW = epochMs(1_800_000_000_000);
const [first, second, third] = ['20261121T000000Z', '20261121T001000Z', '20261121T002000Z'].map(parseSweepId);
const ca = parseCaSerial('4a');
if (ca === undefined || first === undefined || second === undefined || third === undefined) {
  throw new Error('the fixtures must be readable');
}
const place = { instance: instanceId('post-cn-aaaa1111'), ca };
const OFF = memoryByte({ class: 'inactive', announced: undefined, seenActive: true, known: true });
const UNREADABLE = memoryByte({ class: 'unreadable', announced: undefined, seenActive: true, known: true });
const HEALTHY = memoryByte({ class: 'healthy', announced: undefined, seenActive: true, known: true });

function serial(number: number): DeviceSerial {
  const parsed = parseDeviceSerial(`1${number.toString(16).padStart(39, '0')}`);
  if (parsed === undefined) throw new Error('the fixtures must be readable');
  return parsed;
}

test('each of 100,000 devices that wait goes on waiting from sweep to sweep, also when the list is edited', async () => {
  const { objects } = await objectsWorld();
  const all = Array.from({ length: 100_000 }, (_, index) => serial(index));
  const devices = packSerials(all);
  const since = Float64Array.from(all, (_, index) => NOW - index * 601);
  await writeKnownDevices(objects, first, place, {
    memory: new Uint8Array(all.length).fill(OFF),
    inactive: { devices, since, flapping: undefined },
    repeatedAt: undefined,
  });
  const stored = await objects.list({ prefix: 'state/sweep/memory/', limit: 10 });
  expect(Math.max(...stored.objects.map(({ size }) => size))).toBeLessThan(1_000_000);
  const edited = [...all.slice(1), serial(100_000)];
  const known = await readKnownDevices(objects, second, { ...place, devices: packSerials(edited) });
  expect(edited.map((device) => inactiveSince(known.inactive, device))).toEqual([
    ...Array.from({ length: 99_999 }, (_, index) => NOW - (index + 1) * 601),
    undefined,
  ]);
  expect(inactiveSince(known.inactive, serial(0))).toBeUndefined();
});

test('waiting goes on while a device can not be read, ends when it is well, and begins anew behind a clock set back', () => {
  const all = [serial(1), serial(2), serial(3), serial(4)];
  const devices = packSerials(all);
  const off = { devices, memory: new Uint8Array(4).fill(OFF), flapping: [], isWaiting: true };
  const before = inactiveMemoryAfter(NO_INACTIVE_MEMORY, off, NOW);
  const memory = Uint8Array.of(OFF, UNREADABLE, HEALTHY, OFF);
  const sinceOf = (at: number) => {
    const after = inactiveMemoryAfter(before, { ...off, memory }, epochMs(at));
    return all.map((device) => inactiveSince(after, device));
  };
  expect(sinceOf(NOW + 5)).toEqual([NOW, NOW, undefined, NOW]);
  expect(sinceOf(NOW - 5)).toEqual([NOW - 5, NOW - 5, undefined, NOW - 5]);
});

test('who was flapping is known in the next sweep, and while it can not be read', async () => {
  const { objects } = await objectsWorld();
  const devices = packSerials([serial(1), serial(2), serial(3)]);
  const swept = { devices, isWaiting: false };
  const write = async (id: typeof first, memory: Uint8Array, flapping: readonly DeviceSerial[]): Promise<void> => {
    const known = await readKnownDevices(objects, id, { ...place, devices });
    const inactive = inactiveMemoryAfter(known.inactive, { ...swept, memory, flapping }, NOW);
    await writeKnownDevices(objects, id, place, { memory, inactive, repeatedAt: undefined });
  };
  await write(first, Uint8Array.of(OFF, OFF, OFF), [serial(1), serial(2)]);
  await write(second, Uint8Array.of(UNREADABLE, OFF, OFF), [serial(3)]);
  const { inactive } = await readKnownDevices(objects, third, { ...place, devices });
  expect([1, 2, 3].map((number) => wasFlapping(inactive, serial(number)))).toEqual([true, false, true]);
});

test.each([
  ['missing', undefined],
  ['cut short', '{"schema":2,"cou'],
  ['about another list', JSON.stringify({ schema: 2, count: 7 })],
  ['damaged', JSON.stringify({ schema: 2, count: 1, since: 'AAAA', flapping: '??' })],
])('what is %s of the inactive devices costs nothing but waiting anew', async (_, text) => {
  const { objects } = await objectsWorld();
  const devices = packSerials([serial(1)]);
  const memory = Uint8Array.of(OFF);
  await writeKnownDevices(objects, first, place, {
    memory,
    inactive: { devices, since: Float64Array.of(NOW), flapping: Uint8Array.of(1) },
    repeatedAt: NOW,
  });
  const { objects: stored } = await objects.list({ prefix: 'state/sweep/memory/', limit: 10 });
  const key = stored.map((one) => one.key).find((one) => one.endsWith('.since'));
  if (key === undefined) throw new Error('it must be there');
  if (text === undefined) await objects.delete(key);
  else await objects.put({ key, bytes: Buffer.from(text), contentType: 'application/json' });
  const known = await readKnownDevices(objects, second, { ...place, devices });
  expect(known.memory).toEqual(memory);
  expect(inactiveSince(known.inactive, serial(1))).toBeUndefined();
  expect(wasFlapping(known.inactive, serial(1))).toBe(false);
  expect(known.repeatedAt).toBeUndefined();
});
