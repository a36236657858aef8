/**
 * The local cloud's own clock. It can be moved forward, never back, so that a deadline of fifteen minutes can be seen
 * to pass without waiting for it. Everything in `local/` reads time from here; nothing else calls `Date.now()`.
 */
export interface LocalClock {
  /** The moved time, milliseconds since the epoch. */
  readonly now: () => number;
  /** The real time, milliseconds since the epoch; signature checks accept either. */
  readonly realNow: () => number;
  /** How far the moved time is ahead of the real one, in milliseconds. */
  readonly offsetMs: () => number;
  /** Moves the time forward; throws a RangeError for a negative or fractional number. */
  readonly advance: (ms: number) => void;
}

/** A clock that starts at the real time. */
export function createLocalClock(realNow: () => number = () => Date.now()): LocalClock {
  let offset = 0;
  return {
    now: () => realNow() + offset,
    realNow,
    offsetMs: () => offset,
    advance: (ms) => {
      if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError('the clock moves forward by whole milliseconds');
      offset += ms;
    },
  };
}

/** Whether a caller's time, epoch milliseconds, lies within a window of the real or of the moved time. */
export function isNear(clock: LocalClock, time: number, windowMs: number): boolean {
  return [clock.realNow(), clock.now()].some((now) => Math.abs(now - time) <= windowMs);
}
