import { performance } from 'node:perf_hooks';
import { createArrivalWindow } from '../core/arrival-window.ts';
import { createPacer, type PaceLimits } from '../core/pacing.ts';

/** This worker's share of the calls that all workers together may make in a second. */
export interface CallBudget {
  /** Resolves when one call may leave, in the order of asking. The call leaves at once: a permit that waits is a burst. */
  readonly acquire: () => Promise<void>;
  /** To be called once for every permit: the answer to its call begins to come, or nobody waits for it any longer. */
  readonly answered: () => void;
  /** The service said that calls come too fast. */
  readonly throttled: () => void;
}

/**
 * Timers of a busy process are this late and more, time and again. Made up for, that costs nothing; at 290 calls a second
 * it is six calls in a row.
 */
const CATCH_UP_MS = 20;

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
 * Makes a budget. Two rules hold at once: the pacer spreads calls evenly and slows down when throttled; the window of
 * arrivals sees to it that no second at the service holds more than the budget, however long calls are on their way.
 * With the window there, the pacer need not allow for different ways and for lateness it makes up for: it spreads.
 *
 * Like the pacer it starts empty, so a worker that replaces one that just died does not spend the same second twice;
 * create it once per process, not once per invocation, or every invocation waits for its first permit.
 */
export function createCallBudget(limits: PaceLimits, timer: BudgetTimer = MONOTONIC): CallBudget {
  const pacer = createPacer({ catchUpMs: CATCH_UP_MS, ...limits, isBoundElsewhere: true }, timer.now());
  const window = createArrivalWindow(limits.perSecond);
  let last: Promise<void> = Promise.resolve();
  let onAnswer: () => void = () => undefined;

  const takeNext = async (): Promise<void> => {
    for (;;) {
      const inWindow = window.wait(timer.now());
      if (inWindow === undefined) {
        await new Promise<void>((resolve) => {
          onAnswer = resolve;
        });
        continue;
      }
      // Timers fire early, and a frozen process wakes long after: only the clock says whether a permit is due.
      const wait = inWindow > 0 ? inWindow : pacer.reserve(timer.now());
      if (wait === 0) break;
      await timer.sleep(Math.max(1, wait));
    }
    window.left();
  };

  return {
    acquire: () => {
      last = last.then(takeNext);
      return last;
    },
    answered: () => {
      window.settled(timer.now());
      onAnswer();
    },
    throttled: () => pacer.throttled(timer.now()),
  };
}
