import { isDailySweep } from '../../core/sweep/ca-memory.ts';
import { readMemory } from '../../core/sweep/device-memory.ts';
import {
  countOf,
  deviceAt,
  indexOfDevice,
  packSerials,
  SERIAL_OCTETS,
  unionOf,
} from '../../core/sweep/packed-serials.ts';
import type { SweepContext } from './context.ts';
import { type KnownDevices, readKnownDevices } from './device-memory-store.ts';
import { newProgress } from './read-progress.ts';
import { readRoster } from './roster.ts';
import type { CaToSettle } from './settle-ca.ts';
import type { WatchedDevices } from './watched-devices.ts';

/**
 * The devices that are watched under a CA before anything is read: those the list names, and with `*` every one that
 * was ever seen. Of the latter, one that is gone was told when it vanished; the first daily sweep after that forgets it,
 * because there is no line that anybody could take off the list.
 */
export async function watchedOf(
  { deps, sweep }: SweepContext,
  { list, swept }: CaToSettle,
): Promise<{
  readonly watched: WatchedDevices;
  readonly inactive: KnownDevices['inactive'];
  readonly repeatedAt: KnownDevices['repeatedAt'];
  /** Lasting trouble of these devices is told again in this sweep. */
  readonly isDaily: boolean;
  /** The roster holds devices that are not watched any more. */
  readonly hasForgotten: boolean;
}> {
  const place = { instance: swept.instance, ca: swept.ca };
  const seen = list.star === undefined ? new Uint8Array(0) : await readRoster(deps.store, place, sweep.id);
  const all = seen.length === 0 ? list.devices : unionOf(list.devices, seen);
  const known = await readKnownDevices(deps.store, sweep.id, { ...place, devices: all });
  const isKept = (index: number): boolean =>
    readMemory(known.memory[index] ?? 0).class !== 'missing' || indexOfDevice(list.devices, deviceAt(all, index)) >= 0;
  const isDaily = isDailySweep(known.repeatedAt, sweep.startedAt);
  const isForgetting = isDaily && list.star !== undefined;
  const { before, devices } = isForgetting ? only(isKept, all, known.memory) : { before: known.memory, devices: all };
  return {
    watched: { devices, before, progress: newProgress(before) },
    inactive: known.inactive,
    repeatedAt: known.repeatedAt,
    isDaily,
    hasForgotten: devices.length < all.length,
  };
}

function only(
  isKept: (index: number) => boolean,
  devices: Uint8Array,
  memory: Uint8Array,
): { readonly devices: Uint8Array; readonly before: Uint8Array } {
  const kept: number[] = [];
  for (let index = 0; index < countOf(devices); index += 1) if (isKept(index)) kept.push(index);
  if (kept.length === countOf(devices)) return { devices, before: memory };
  const packed = packSerials(kept.map((index) => deviceAt(devices, index)));
  return {
    devices: packed.subarray(0, kept.length * SERIAL_OCTETS),
    before: Uint8Array.from(kept, (index) => memory[index] ?? 0),
  };
}
