import { type DurationMs, durationMs } from './time.ts';

/**
 * Calls that may arrive at the service within the same second as the next one: those without an answer, which may be
 * anywhere on their way, and those whose answer came less than a second ago.
 */
export interface ArrivalWindow {
  /**
   * How long until one more call may leave: 0 is now, `undefined` is "not before one more answer is here". Takes nothing.
   *
   * @param now - Milliseconds on a monotonic clock.
   */
  readonly wait: (now: number) => DurationMs | undefined;
  /** A call leaves. */
  readonly left: () => void;
  /** The answer to a call that left is here, or nobody waits for it any longer: whichever call it was. */
  readonly settled: (now: number) => void;
}

const SECOND_MS = 1000;
/** Makes the bound hold for a second that includes both its ends. */
const GUARD_MS = 0.01;

/**
 * Keeps every second at the service, wherever it begins, at or below `perSecond` arrivals, however long calls are on
 * their way: no assumption about the network, a busy machine or a first connection is needed.
 *
 * Why it holds: of any calls that arrive within one second let k be the one that left last. Each of the others arrived
 * at most a second before k arrived, so its answer came, if at all, no more than a second before k left, and it was in
 * the window then. The window lets k leave only when at most `perSecond` - 1 others are in it.
 *
 * The price is the way itself: a call that takes 30 ms costs its place for 1,030 ms. A call nobody waits for any longer
 * counts as arrived then, although it might still be on its way.
 */
export function createArrivalWindow(perSecond: number): ArrivalWindow {
  let underWay = 0;
  let settledAt: readonly number[] = []; // ascending

  return {
    wait: (now) => {
      settledAt = settledAt.filter((at) => now - at <= SECOND_MS);
      const tooMany = underWay + settledAt.length - (perSecond - 1);
      if (tooMany <= 0) return durationMs(0);
      const leaves = settledAt[tooMany - 1];
      return leaves === undefined ? undefined : durationMs(leaves + SECOND_MS + GUARD_MS - now);
    },
    left: () => {
      underWay += 1;
    },
    settled: (now) => {
      underWay -= 1;
      settledAt = [...settledAt, now];
    },
  };
}
