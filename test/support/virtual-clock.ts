import { type EpochMs, epochMs } from '../../shared/core/time.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A clock whose waits are over at once and move its time instead. */
export interface VirtualClock extends Clock {
  /** Every wait so far, in milliseconds. */
  readonly waits: readonly number[];
  readonly in: (ms: number) => EpochMs;
}

/** Starts at `start`; the real time is right where a service checks the age of a signature. Chance is always 0. */
export function virtualClock(start: number = Date.now()): VirtualClock {
  const waits: number[] = [];
  let now = start;
  return {
    waits,
    now: () => epochMs(now),
    in: (ms) => epochMs(now + ms),
    random: () => 0,
    sleep: (duration) => {
      waits.push(duration);
      now += duration;
      return Promise.resolve();
    },
  };
}
