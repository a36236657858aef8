import { performance } from 'node:perf_hooks';
import { createPacer, type PaceLimits } from '../core/pacing.ts';

/** This worker's share of the calls that all workers together may make in a second. */
export interface CallBudget {
  /** Resolves when one call may leave, in the order of asking. The call leaves at once: a permit that waits is a burst. */
  readonly acquire: () => Promise<void>;
  /** The service said that calls come too fast. */
  readonly throttled: () => void;
}

/** Monotonic time and a timer; replaced in tests only. */
export interface BudgetTimer {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The wall clock may be set back or forward at any time, so pacing runs on the monotonic one. */
const MONOTONIC: BudgetTimer = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Makes a budget. Like the pacer it starts empty, so a worker that replaces one that just died does not spend the same
 * second twice; create it once per process, not once per invocation, or every invocation waits for its first permit.
 */
export function createCallBudget(limits: PaceLimits, timer: BudgetTimer = MONOTONIC): CallBudget {
  const pacer = createPacer(limits, timer.now());
  let last: Promise<void> = Promise.resolve();

  const takeNext = async (): Promise<void> => {
    // Timers fire early, and a frozen process wakes long after: only the clock says whether a permit is due.
    for (let wait = pacer.reserve(timer.now()); wait > 0; wait = pacer.reserve(timer.now())) {
      await timer.sleep(Math.max(1, wait));
    }
  };

  return {
    acquire: () => {
      last = last.then(takeNext);
      return last;
    },
    throttled: () => pacer.throttled(timer.now()),
  };
}
