import { Cron } from 'croner';

/** When a timer trigger fires. */
export interface Schedule {
  /**
   * The first firing strictly after a moment, in milliseconds since the epoch; `undefined` when there is none.
   *
   * @param anchor - The moment `@every` counts from: when the trigger came into being.
   */
  readonly next: (after: number, anchor: number) => number | undefined;
}

type ScheduleReading =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly problem: string };

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/;
/** FC's console counts whole minutes and seconds take no wildcard. */
const MINIMUM_INTERVAL_MS = 60_000;

/**
 * Reads the `cronExpression` of a timer trigger: `@every` with a Go duration (`@every 1h30m`), or six fields (seconds,
 * minutes, hours, day of month, month, day of week) in UTC, or in the zone of a leading `CRON_TZ=Area/City`.
 *
 * Day-of-week numbers are refused: FC's pages disagree on whether 1 is Sunday or Monday, so names must be used.
 *
 * @see Time triggers, Function Compute documentation.
 */
export function parseSchedule(expression: string): ScheduleReading {
  if (expression.startsWith('@every ')) return parseInterval(expression.slice('@every '.length).trim());
  const zoned = /^CRON_TZ=(\S+) +(.*)$/.exec(expression);
  return parseCron(zoned?.[2] ?? expression, zoned?.[1] ?? 'UTC');
}

function parseInterval(duration: string): ScheduleReading {
  if (!DURATION.test(duration)) return { ok: false, problem: '@every needs a duration such as 10m or 1h30m' };
  const ms = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, part) => sum + Number(part[1]) * (UNIT_MS[part[2] ?? ''] ?? 0),
    0,
  );
  if (ms < MINIMUM_INTERVAL_MS) return { ok: false, problem: 'the shortest interval of a timer is one minute' };
  const interval = Math.round(ms);
  const next = (after: number, anchor: number): number =>
    anchor + Math.max(1, Math.floor((after - anchor) / interval) + 1) * interval;
  return { ok: true, schedule: { next } };
}

const FIELD = {
  second: /^[0-5]?\d$/,
  numeric: /^[\d*,/-]+$/,
  dayOfMonth: /^(?:\?|[\d*,/-]+)$/,
  month: /^[\dA-Z*,/-]+$/,
  dayOfWeek: /^(?:\?|\*|(?:MON|TUE|WED|THU|FRI|SAT|SUN)(?:[,-](?:MON|TUE|WED|THU|FRI|SAT|SUN))*)$/,
} as const;

function parseCron(pattern: string, zone: string): ScheduleReading {
  const fields = pattern.trim().split(/ +/);
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  if (fields.length !== 6) {
    return { ok: false, problem: 'a schedule has six fields: seconds minutes hours day-of-month month day-of-week' };
  }
  if (!FIELD.second.test(second)) return { ok: false, problem: 'the seconds field takes one number from 0 to 59' };
  if (!FIELD.dayOfWeek.test(dayOfWeek)) return { ok: false, problem: 'days of the week are written as MON to SUN' };
  const plain = FIELD.numeric.test(minute) && FIELD.numeric.test(hour);
  if (!plain || !FIELD.dayOfMonth.test(dayOfMonth) || !FIELD.month.test(month)) {
    return { ok: false, problem: `the schedule "${pattern}" has a field that cannot be read` };
  }
  return build(
    [second, minute, hour, dayOfMonth.replace('?', '*'), month, dayOfWeek.replace('?', '*')].join(' '),
    zone,
  );
}

function build(pattern: string, zone: string): ScheduleReading {
  try {
    const cron = new Cron(pattern, { timezone: zone, paused: true, mode: '6-part' });
    const next = (after: number): number | undefined => cron.nextRun(new Date(after))?.getTime();
    next(0); // an unknown zone is only noticed when a date is computed
    return { ok: true, schedule: { next } };
  } catch (error) {
    // croner throws TypeError and RangeError for what it cannot read; the text says which field
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
