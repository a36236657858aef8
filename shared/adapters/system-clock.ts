import { epochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** The machine's own clock, timers and chance. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
  random: () => Math.random(),
};
