import type { DeviceSerial } from '../serial.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { readMemory } from './device-memory.ts';
import { countOf, deviceAt, indexOfDevice } from './packed-serials.ts';

/** What is remembered of the inactive devices of a CA besides their byte, in the order of a list. */
export interface InactiveMemory {
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** Since when each is inactive, `NaN` for one that is not; `undefined` where nobody has to wait. */
  readonly since: Float64Array | undefined;
  /** 1 for each that was told to be flapping; `undefined` where none was. */
  readonly flapping: Uint8Array | undefined;
}

/** Nothing is remembered of any device. */
export const NO_INACTIVE_MEMORY: InactiveMemory = {
  devices: new Uint8Array(0),
  since: undefined,
  flapping: undefined,
};

/** Since when a device is inactive; `undefined` for one that was not, and where nobody had to wait. */
export function inactiveSince({ devices, since }: InactiveMemory, device: DeviceSerial): EpochMs | undefined {
  if (since === undefined) return undefined;
  const at = since[indexOfDevice(devices, device)] ?? Number.NaN;
  return Number.isNaN(at) ? undefined : epochMs(at);
}

/** Whether a device was flapping when it was read last. */
export function wasFlapping({ devices, flapping }: InactiveMemory, device: DeviceSerial): boolean {
  return flapping !== undefined && flapping[indexOfDevice(devices, device)] === 1;
}

/** How the devices of a CA stand after a sweep. */
export interface SweptDevices {
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** One byte for each, in the same order. */
  readonly memory: Uint8Array;
  /** Those that the flap latch stopped. */
  readonly flapping: Iterable<DeviceSerial>;
  /** Whether this deployment waits before it acts. */
  readonly isWaiting: boolean;
}

/**
 * What is remembered after a sweep. What is known of a device that can not be read now stays; it ends when the device is
 * found to be anything else.
 */
export function inactiveMemoryAfter(known: InactiveMemory, swept: SweptDevices, now: EpochMs): InactiveMemory {
  const { devices } = swept;
  return {
    devices,
    since: swept.isWaiting ? sinceAfter(known, swept, now) : undefined,
    flapping: flappingAfter(known, swept),
  };
}

/**
 * The waiting begins when a device is first found inactive. After a clock was set back it begins anew, or a device would
 * wait for as long as the clock once ran ahead.
 */
function sinceAfter(known: InactiveMemory, { devices, memory }: SweptDevices, now: EpochMs): Float64Array | undefined {
  let since: Float64Array | undefined;
  for (let index = 0; index < countOf(devices); index += 1) {
    const state = readMemory(memory[index] ?? 0).class;
    if (state !== 'inactive' && state !== 'unreadable') continue;
    const earlier = inactiveSince(known, deviceAt(devices, index));
    if (earlier === undefined && state === 'unreadable') continue;
    since ??= new Float64Array(countOf(devices)).fill(Number.NaN);
    since[index] = Math.min(earlier ?? now, now);
  }
  return since;
}

function flappingAfter(known: InactiveMemory, { devices, flapping: stopped, memory }: SweptDevices) {
  let flapping: Uint8Array | undefined;
  const note = (index: number): void => {
    flapping ??= new Uint8Array(countOf(devices));
    flapping[index] = 1;
  };
  for (const device of stopped) note(indexOfDevice(devices, device));
  if (known.flapping === undefined) return flapping;
  for (let index = 0; index < countOf(devices); index += 1) {
    const isUnreadable = readMemory(memory[index] ?? 0).class === 'unreadable';
    if (isUnreadable && wasFlapping(known, deviceAt(devices, index))) note(index);
  }
  return flapping;
}
