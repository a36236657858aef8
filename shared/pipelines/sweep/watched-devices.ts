import { createHash } from 'node:crypto';
import { classify, type DeviceFinding } from '../../core/sweep/device-class.ts';
import { memoryByte, readMemory, remember } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt, indexOfDevice, packSerials, unionOf } from '../../core/sweep/packed-serials.ts';
import { sortPacked } from '../../core/sweep/packed-sort.ts';
import type { CompiledCa } from '../../core/sweep/watch-list.ts';
import type { EpochMs } from '../../core/time.ts';
import { FAILURES_MAX, newProgress, type ReadProgress } from './read-progress.ts';

/** The watched devices of one CA while they are read. Where every device is watched, the list grows on the way. */
export interface WatchedDevices {
  /** Packed, sorted; see `packed-serials.ts`. */
  devices: Uint8Array;
  /** Memory before this sweep, one byte per device. */
  before: Uint8Array;
  progress: ReadProgress;
}

/** Takes in what was found about the device at `index`. */
export function noteFinding(watched: WatchedDevices, index: number, finding: DeviceFinding, now: EpochMs): void {
  const { progress } = watched;
  const memory = readMemory(watched.before[index] ?? 0);
  const found = classify(finding, memory.known, now);
  // Whether lasting trouble is repeated today changes what is told, not what is remembered.
  progress.next[index] = memoryByte(remember(memory, found, false).memory);
  progress.isRead[index] = 1;
  progress.readCount += 1;
  if (found.class === 'unreadable' && progress.failures.size < FAILURES_MAX) {
    progress.failures.set(index, finding.kind === 'failed' ? finding.code : 'UnknownStatus');
  }
  if (found.class !== 'inactive' || finding.kind !== 'read') return;
  const { validFrom, validUntil } = finding.reading;
  progress.inactive.set(index, { validFrom, validUntil });
}

/** Gives the other devices that were listed their places: from now on they are watched like the rest. */
export function absorbOthers(watched: WatchedDevices, now: EpochMs): void {
  const { others } = watched.progress;
  if (others.size === 0) return;
  const newcomers = packSerials([...others.keys()]);
  sortPacked(newcomers, []);
  const earlier = { ...watched };
  watched.devices = unionOf(earlier.devices, newcomers);
  const before = new Uint8Array(countOf(watched.devices));
  const progress: ReadProgress = {
    ...newProgress(before),
    list: earlier.progress.list,
    listed: earlier.progress.listed,
    readCount: earlier.progress.readCount,
    strangersAsked: earlier.progress.strangersAsked,
  };
  let old = 0;
  const oldCount = countOf(earlier.devices);
  for (let index = 0; index < before.length && old < oldCount; index += 1) {
    if (!isSame(watched.devices, index, earlier.devices, old)) continue;
    before[index] = earlier.before[old] ?? 0;
    progress.next[index] = earlier.progress.next[old] ?? 0;
    progress.isRead[index] = earlier.progress.isRead[old] ?? 0;
    if (readMemory(progress.next[index] ?? 0).class === 'inactive') {
      progress.inactive.set(index, earlier.progress.inactive.get(old));
    }
    move(earlier.progress.failures, old, progress.failures, index);
    old += 1;
  }
  watched.before = before;
  watched.progress = progress;
  for (const [serial, reading] of others) {
    const index = indexOfDevice(watched.devices, serial);
    const whole = { serialAsReceived: serial, serial, caSerialAsReceived: '', name: '', ...reading };
    if (progress.isRead[index] === 0) noteFinding(watched, index, { kind: 'read', reading: whole }, now);
  }
}

function isSame(left: Uint8Array, a: number, right: Uint8Array, b: number): boolean {
  const size = left.length / countOf(left);
  return Buffer.compare(left.subarray(a * size, (a + 1) * size), right.subarray(b * size, (b + 1) * size)) === 0;
}

function move<Value>(from: ReadonlyMap<number, Value>, a: number, to: Map<number, Value>, b: number): void {
  const value = from.get(a);
  if (value !== undefined) to.set(b, value);
}

/** Which devices the list asks to reactivate: by their own line where they have one, else by the line with `*`. */
export function askedFor(list: CompiledCa, devices: Uint8Array): Uint8Array {
  if (list.star === undefined) return list.reactivate;
  const asked = new Uint8Array(countOf(devices)).fill(list.star.reactivate ? 1 : 0);
  for (let named = 0; named < countOf(list.devices); named += 1) {
    const index = indexOfDevice(devices, deviceAt(list.devices, named));
    if (index >= 0) asked[index] = list.reactivate[named] ?? 0;
  }
  return asked;
}

/** Names what is watched and how: 16 hex digits, equal only for equal lists. */
export function digestOf(devices: Uint8Array, asked: Uint8Array): string {
  return createHash('sha256').update(devices).update(asked).digest('hex').slice(0, 16);
}
