import { expect, test } from 'vitest';
import { parseSchedule } from '../../../../local/fc/schedule.ts';

const ANCHOR = Date.UTC(2026, 2, 4, 5, 6, 7);

function firings(expression: string, after: string, count: number): readonly string[] {
  const read = parseSchedule(expression);
  if (!read.ok) throw new Error(read.problem);
  const times: string[] = [];
  let at = Date.parse(after);
  while (times.length < count) {
    at = read.schedule.next(at, ANCHOR) ?? Number.NaN;
    times.push(new Date(at).toISOString());
  }
  return times;
}

test('an interval counts from when the trigger came into being', () => {
  expect(firings('@every 10m', '2026-03-04T05:06:07Z', 2)).toEqual([
    '2026-03-04T05:16:07.000Z',
    '2026-03-04T05:26:07.000Z',
  ]);
  expect(firings('@every 1h30m', '2026-03-04T08:06:07Z', 1)).toEqual(['2026-03-04T09:36:07.000Z']);
  expect(firings('@every 1.5h', '2026-03-04T06:36:06Z', 1)).toEqual(['2026-03-04T06:36:07.000Z']);
});

test('six fields are read in UTC', () => {
  expect(firings('0 */10 * * * *', '2026-03-04T05:00:00Z', 2)).toEqual([
    '2026-03-04T05:10:00.000Z',
    '2026-03-04T05:20:00.000Z',
  ]);
  expect(firings('30 15 8 ? * MON-FRI', '2026-03-06T09:00:00Z', 1)).toEqual(['2026-03-09T08:15:30.000Z']);
  expect(firings('0 0 0 1 JAN ?', '2026-03-04T00:00:00Z', 1)).toEqual(['2027-01-01T00:00:00.000Z']);
});

test('a zone moves the fields, and follows daylight saving', () => {
  expect(firings('CRON_TZ=Asia/Shanghai 0 0 8 * * *', '2026-03-04T05:00:00Z', 1)).toEqual(['2026-03-05T00:00:00.000Z']);
  expect(firings('CRON_TZ=Europe/Berlin 0 0 12 * * *', '2026-03-28T05:00:00Z', 2)).toEqual([
    '2026-03-28T11:00:00.000Z',
    '2026-03-29T10:00:00.000Z',
  ]);
});

test.each([
  ['@every 59s', 'the shortest interval of a timer is one minute'],
  ['@every soon', '@every needs a duration such as 10m or 1h30m'],
  ['0 5 * * *', 'a schedule has six fields: seconds minutes hours day-of-month month day-of-week'],
  ['* 5 * * * *', 'the seconds field takes one number from 0 to 59'],
  ['0 0 8 ? * 1-5', 'days of the week are written as MON to SUN'],
  ['0 0 8 L * ?', 'the schedule "0 0 8 L * ?" has a field that cannot be read'],
])('%s is refused with its reason', (expression, problem) => {
  expect(parseSchedule(expression)).toEqual({ ok: false, problem });
});

test.each(['0 99 * * * *', 'CRON_TZ=Nowhere/Land 0 0 8 * * *', '', '@every', '@hourly'])(
  '%j is refused',
  (expression) => {
    expect(parseSchedule(expression).ok).toBe(false);
  },
);
