import { DEVICE_CLASSES, type DeviceClass } from './device-class.ts';
import { readMemory } from './device-memory.ts';
import type { RuleInputs } from './sweep-outcome.ts';

/** How many watched devices are in each state; they add up to `watched`. */
export interface DeviceCounts {
  readonly watched: number;
  readonly byClass: Readonly<Record<DeviceClass, number>>;
}

/** Counts the memory bytes of a CA, or adds up counts. */
export function countClasses(memory: Uint8Array): DeviceCounts {
  const byClass = emptyCounts();
  for (const byte of memory) byClass[readMemory(byte).class] += 1;
  return { watched: memory.length, byClass };
}

/** The sum of several counts. */
export function sumCounts(all: readonly DeviceCounts[]): DeviceCounts {
  const byClass = emptyCounts();
  let watched = 0;
  for (const counts of all) {
    watched += counts.watched;
    for (const name of DEVICE_CLASSES) byClass[name] += counts.byClass[name];
  }
  return { watched, byClass };
}

/** Counts of devices of which none could be checked. */
export function unreadableCounts(watched: number): DeviceCounts {
  return { watched, byClass: { ...emptyCounts(), unreadable: watched } };
}

/** Devices of a CA that the service has. */
export function registeredOf({ byClass, watched }: DeviceCounts): number {
  return watched - byClass['not-registered'] - byClass['never-seen'] - byClass.missing;
}

/** Counts as the summary's sentences name them. */
export function countInputs({ byClass, watched }: DeviceCounts): RuleInputs {
  return {
    watched,
    healthy: byClass.healthy,
    expiring: byClass.expiring,
    expired: byClass.expired,
    inactive: byClass.inactive,
    not_registered: byClass['not-registered'] + byClass['never-seen'],
    missing: byClass.missing,
    unreadable: byClass.unreadable,
  };
}

function emptyCounts(): Record<DeviceClass, number> {
  return {
    'never-seen': 0,
    healthy: 0,
    expiring: 0,
    expired: 0,
    inactive: 0,
    'not-registered': 0,
    missing: 0,
    unreadable: 0,
  };
}
