import { type DurationMs, durationMs } from './time.ts';

/** What a pacer promises: at most `perSecond` arrivals at the service in any second, wherever that second begins. */
export interface PaceLimits {
  /** The budget N, whole calls per second; at least 1. */
  readonly perSecond: number;
  /**
   * How much longer one call may be on its way than another, in milliseconds. A call that dawdles arrives in the same
   * second as later ones, so the spacing is stretched by it.
   */
  readonly pathJitterMs?: number;
  /**
   * How late a call may be and still be made up for, in milliseconds. It pays for timers that fire late; anything
   * longer (a stalled event loop, a frozen process) is lost capacity, never a burst.
   */
  readonly catchUpMs?: number;
  /** Something else keeps every second within the budget; permits are then only spread, 1000 / N apart. */
  readonly isBoundElsewhere?: boolean;
}

/** Different paths of one deployment differ by less than this; a TLS handshake is the longest of them. */
const PATH_JITTER_MS = 50;

/** Timers fire about 1 ms late in the median; 2 ms make up for it and cost 0.2 % of the budget. */
const CATCH_UP_MS = 2;

/** Makes the bound hold for a second that includes both its ends. */
const GUARD_MS = 0.01;

/** After a throttled answer the pace falls to this share of itself, and no further than `SLOWEST_SHARE` of the budget. */
const CUT = 0.7;
const SLOWEST_SHARE = 0.1;
/** Regained per second without a throttled answer: a share of the budget. */
const REGAIN_PER_SECOND = 0.05;
const CUT_PAUSE_MS = 1000;

/** Says when the next call may leave. Holds no timers: the caller asks, waits and asks again. */
export interface Pacer {
  /**
   * Takes one permit if one is due.
   *
   * @param now - Milliseconds on one clock, preferably a monotonic one. A step backwards counts as no time at all.
   * @returns 0 when the permit was taken; otherwise how long to wait before asking again. Nothing is set aside while
   *   the caller waits: a process that was frozen meanwhile finds one permit, not a backlog.
   */
  readonly reserve: (now: number) => DurationMs;
  /**
   * The service said that calls come too fast (someone else uses the same account): slow down at once, come back by
   * and by. Cuts at most once a second, because one busy moment refuses many calls.
   */
  readonly throttled: (now: number) => void;
}

/**
 * Paces calls by the generic cell rate algorithm: every permit pushes the next one a fixed spacing away, and lateness
 * is made up for by at most `catchUpMs`.
 *
 * Any time span of W ms holds at most floor((W + catchUp) / spacing) + 1 permits. Calls that arrive within one second
 * left within 1000 + jitter, so spacing = (1000 + jitter + catchUp) / N keeps every second at or below N. The price is
 * the share 1000 / (1000 + jitter + catchUp) of the budget: 95 % with the defaults.
 *
 * A new pacer starts empty: its first permit is due one spacing after `startedAt`. A worker that replaces one that died
 * just now therefore carries on at the same pace, instead of spending the second's budget again.
 *
 * @param startedAt - Now, on the clock that `reserve` is asked with.
 */
export function createPacer(limits: PaceLimits, startedAt: number): Pacer {
  const spacing = spacingMs(limits);
  const catchUp = limits.catchUpMs ?? CATCH_UP_MS;
  let seen = startedAt;
  let due = startedAt + spacing + catchUp; // "theoretical arrival time"; a permit may leave `catchUp` before it
  let share = 1;
  let cutAt = Number.NEGATIVE_INFINITY;

  const observe = (now: number): void => {
    const elapsed = now - seen;
    seen = now;
    if (elapsed < 0) {
      // The clock stepped back. How much time really passed is unknown, so none did: no burst, and no wait for the
      // clock to catch up either.
      due += elapsed;
      cutAt += elapsed;
      return;
    }
    if (now - cutAt >= CUT_PAUSE_MS) share = Math.min(1, share + (REGAIN_PER_SECOND * elapsed) / 1000);
  };

  return {
    reserve: (now) => {
      observe(now);
      const wait = due - catchUp - now;
      if (wait > 0) return durationMs(wait);
      due = Math.max(due, now) + spacing / share;
      return durationMs(0);
    },
    throttled: (now) => {
      observe(now);
      if (now - cutAt < CUT_PAUSE_MS) return;
      cutAt = now;
      share = Math.max(SLOWEST_SHARE, share * CUT);
    },
  };
}

/** Milliseconds between permits under {@link createPacer}; throws `RangeError` for a budget below one call a second. */
export function spacingMs(limits: PaceLimits): number {
  const { perSecond, pathJitterMs = PATH_JITTER_MS, catchUpMs = CATCH_UP_MS, isBoundElsewhere = false } = limits;
  if (!Number.isSafeInteger(perSecond) || perSecond < 1) throw new RangeError('a budget is whole calls per second');
  if (!(pathJitterMs >= 0 && catchUpMs >= 0)) throw new RangeError('jitter and catch-up can not be negative');
  return (isBoundElsewhere ? 1000 : 1000 + pathJitterMs + catchUpMs + GUARD_MS) / perSecond;
}
