import { type DurationMs, durationMs } from './time.ts';

/** The bounds of a wait between attempts. */
export interface BackoffLimits {
  /** Longest wait after the first attempt; doubles with every further one. */
  readonly baseMs: number;
  /** No wait is longer than this. */
  readonly capMs: number;
}

/**
 * How long to wait after a failed attempt: the upper half of an exponentially growing window, chosen by chance.
 *
 * The chance keeps workers that failed together from coming back together; the guaranteed half keeps a lucky draw from
 * hammering a service that just said it was busy.
 *
 * @param attempt - Attempts made so far, from 1. Large numbers stay at the cap.
 * @param random - In [0, 1), from the `Clock` port.
 */
export function backoffDelay(attempt: number, random: number, limits: BackoffLimits): DurationMs {
  const doublings = Math.min(Math.max(attempt - 1, 0), 30); // 2^30 is past every cap and far from losing precision
  const windowMs = Math.min(limits.capMs, limits.baseMs * 2 ** doublings);
  return durationMs(Math.round(windowMs / 2 + (windowMs / 2) * random));
}
