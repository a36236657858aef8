import type { DeviceSerial } from '../serial.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { readMemory } from './device-memory.ts';
import { countOf, deviceAt } from './packed-serials.ts';

/** Since when devices are inactive, where a deployment waits before it acts. */
export type InactiveSince = ReadonlyMap<DeviceSerial, EpochMs>;

/**
 * Since when devices are inactive, after a sweep. The waiting begins when a device is first found inactive, goes on
 * while it can not be read, and ends when it is found to be anything else. After a clock was set back it begins anew, or
 * a device would wait for as long as the clock once ran ahead.
 *
 * @param memory - After the sweep, one byte per device in the order of `devices`.
 */
export function inactiveSinceAfter(
  known: InactiveSince,
  devices: Uint8Array,
  memory: Uint8Array,
  now: EpochMs,
): InactiveSince {
  const since = new Map<DeviceSerial, EpochMs>();
  for (let index = 0; index < countOf(devices); index += 1) {
    const state = readMemory(memory[index] ?? 0).class;
    if (state !== 'inactive' && state !== 'unreadable') continue;
    const device = deviceAt(devices, index);
    const earlier = known.get(device);
    const isWaiting = earlier !== undefined || state === 'inactive';
    if (isWaiting) since.set(device, epochMs(Math.min(earlier ?? now, now)));
  }
  return since;
}
