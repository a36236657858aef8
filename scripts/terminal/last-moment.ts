import { type EpochMs, hours, isoOf, minus } from '../../shared/core/time.ts';

const DAY_MS = 86_400_000;

/**
 * The end of a hold or mute with its zone, to the minute. A day is meant to its end in every time zone, so its last
 * moment is told where it ends last and keeps its date (`2027-01-31T23:59-12:00`); any other moment is told in UTC.
 */
export function lastMomentText(until: EpochMs): string {
  const there = minus(until, hours(12));
  const isEndOfDay = (there + 1) % DAY_MS === 0;
  return isEndOfDay ? `${isoOf(there).slice(0, 16)}-12:00` : `${isoOf(until).slice(0, 16)}Z`;
}
