import type { Brand } from './brand.ts';

/** A moment, in milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>;

/** A length of time in milliseconds. */
export type DurationMs = Brand<number, 'DurationMs'>;

/** Names a number as a moment. Throws `RangeError` for NaN and infinities. */
export function epochMs(milliseconds: number): EpochMs {
  if (!Number.isFinite(milliseconds)) throw new RangeError('a moment must be a finite number of milliseconds');
  return milliseconds as EpochMs;
}

/** Names a number as a length of time. Throws `RangeError` for NaN and infinities. */
export function durationMs(milliseconds: number): DurationMs {
  if (!Number.isFinite(milliseconds)) throw new RangeError('a duration must be a finite number of milliseconds');
  return milliseconds as DurationMs;
}

/** `count` seconds. */
export function seconds(count: number): DurationMs {
  return durationMs(count * 1000);
}

/** `count` minutes. */
export function minutes(count: number): DurationMs {
  return durationMs(count * 60_000);
}

/** `count` hours. */
export function hours(count: number): DurationMs {
  return durationMs(count * 3_600_000);
}

/** `count` days of 24 hours; no calendar, no daylight saving. */
export function days(count: number): DurationMs {
  return durationMs(count * 86_400_000);
}

/** The moment `duration` after `moment` (before it, when negative). */
export function plus(moment: EpochMs, duration: DurationMs): EpochMs {
  return epochMs(moment + duration);
}

/** The moment `duration` before `moment`. */
export function minus(moment: EpochMs, duration: DurationMs): EpochMs {
  return epochMs(moment - duration);
}

/** How long after `earlier` the moment `later` is; negative when it is before. */
export function since(earlier: EpochMs, later: EpochMs): DurationMs {
  return durationMs(later - earlier);
}

/** The years ECMAScript can print are far wider than X.509's 0000 to 9999; outside it no moment has an ISO form. */
const LAST_PRINTABLE_MS = 8.64e15;

/**
 * ISO 8601 in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`. Moments beyond what a calendar can print
 * are clamped to the last printable one.
 */
export function isoOf(moment: EpochMs): string {
  const clamped = Math.max(-LAST_PRINTABLE_MS, Math.min(LAST_PRINTABLE_MS, moment));
  return new Date(clamped).toISOString();
}

/** A full ISO 8601 moment with a zone. Dates alone and zoneless times are refused: they mean different moments. */
const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads `2026-01-02T03:04:05Z` and its variants with fractions or an offset; `undefined` for anything else. */
export function parseIso(text: string): EpochMs | undefined {
  if (text.length > 40 || !ISO_MOMENT.test(text)) return undefined;
  const parsed = Date.parse(text);
  if (Number.isNaN(parsed)) return undefined;
  return sameCalendarDay(text, parsed) ? epochMs(parsed) : undefined;
}

/** `Date.parse` reads 30 February as 2 March; a day that does not exist must not become another one. */
function sameCalendarDay(text: string, parsed: number): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const offset = /([+-])(\d{2}):(\d{2})$/.exec(text);
  const offsetMs =
    offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000;
  const local = new Date(parsed + offsetMs);
  // 24:00 is the next day's midnight in ISO 8601; it is rare enough to be refused together with 30 February.
  return local.getUTCFullYear() === year && local.getUTCMonth() + 1 === month && local.getUTCDate() === day;
}

/** The parts of a calendar moment in UTC, as ASN.1 writes them; months count from 1. */
export interface UtcParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The moment of a UTC calendar time; `undefined` when no such time exists (30 February, 25:00, second 60). */
export function utcMoment({ year, month, day, hour, minute, second }: UtcParts): EpochMs | undefined {
  const isLeapDay = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const isDay = day >= 1 && (isLeapDay || day <= (DAYS_IN_MONTH[month - 1] ?? 0));
  if (!isDay || hour > 23 || minute > 59 || second > 59) return undefined;
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; 400 years on, the calendar is the same.
  const shift = year < 100 ? 400 : 0;
  const moment = Date.UTC(year + shift, month - 1, day, hour, minute, second);
  return epochMs(shift === 0 ? moment : moment - MS_IN_400_YEARS);
}

const MS_IN_400_YEARS = 146_097 * 86_400_000;

const DAY_MS = 86_400_000;
const FIVE_MINUTES_MS = 300_000;

/** Midnight UTC of the day of `moment`. */
export function startOfDay(moment: EpochMs): EpochMs {
  return epochMs(Math.floor(moment / DAY_MS) * DAY_MS);
}

/** The last whole five minutes of the clock: what many workers find at once they date alike, and none of it is late. */
export function startOfFiveMinutes(moment: EpochMs): EpochMs {
  return epochMs(Math.floor(moment / FIVE_MINUTES_MS) * FIVE_MINUTES_MS);
}
