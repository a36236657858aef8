import type { EpochMs } from '../time.ts';

/** A daily span in which only what is critical is told, in minutes after local midnight; it may pass midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  /** The first minute that is not quiet any more. */
  readonly toMinute: number;
}

const SPAN = /^(?<fromHour>[01]\d|2[0-3]):(?<fromMinute>[0-5]\d)-(?<toHour>[01]\d|2[0-3]):(?<toMinute>[0-5]\d)$/;

/** Reads `22:00-07:30`; `undefined` for anything else, and for a span that begins and ends at the same minute. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const parts = SPAN.exec(text.trim())?.groups;
  if (parts === undefined) return undefined;
  const minuteOf = (hour: string | undefined, minute: string | undefined): number => Number(hour) * 60 + Number(minute);
  const fromMinute = minuteOf(parts['fromHour'], parts['fromMinute']);
  const toMinute = minuteOf(parts['toHour'], parts['toMinute']);
  return fromMinute === toMinute ? undefined : { fromMinute, toMinute };
}

/** What a clock on the wall shows. */
export interface LocalTime {
  /** `2026-01-31` */
  readonly day: string;
  readonly minuteOfDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** How far the wall clock is ahead of UTC. */
  readonly offsetMinutes: number;
}

/** Whether the runtime knows a time zone by this IANA name (`Asia/Shanghai`). */
export function isTimeZone(name: string): boolean {
  try {
    wallClock(name);
    return true;
  } catch {
    return false; // RangeError: no such zone
  }
}

/**
 * The wall clock of a time zone at a moment, daylight saving included.
 *
 * @param timeZone - One that {@link isTimeZone} accepts; throws `RangeError` otherwise.
 */
export function localTimeOf(moment: EpochMs, timeZone: string): LocalTime {
  const parts = new Map(
    wallClock(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const [year, month, day] = [parts.get('year') ?? 0, parts.get('month') ?? 0, parts.get('day') ?? 0];
  const minuteOfDay = (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0);
  const dayNumber = daysSinceEpoch(year, month, day);
  const local = dayNumber * 1440 + minuteOfDay;
  return {
    day: `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`,
    minuteOfDay,
    weekday: (((dayNumber + 4) % 7) + 7) % 7, // 1970-01-01 was a Thursday
    offsetMinutes: local - Math.floor(moment / 60_000),
  };
}

/** Whether a moment lies in the quiet hours; the span's end is outside. */
export function isQuiet(hours: QuietHours | undefined, timeZone: string, moment: EpochMs): boolean {
  if (hours === undefined) return false;
  const { minuteOfDay } = localTimeOf(moment, timeZone);
  const { fromMinute, toMinute } = hours;
  if (fromMinute < toMinute) return minuteOfDay >= fromMinute && minuteOfDay < toMinute;
  return minuteOfDay >= fromMinute || minuteOfDay < toMinute;
}

function wallClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Howard Hinnant's `days_from_civil`, for the years a wall clock shows. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
