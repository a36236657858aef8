import { expect, test } from 'vitest';
import { isQuiet, isTimeZone, localTimeOf, parseQuietHours } from '../../../../shared/core/notify/quiet-hours.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const at = (iso: string) => epochMs(Date.parse(iso));

test('the wall clock of a zone is told with its day, weekday and offset', () => {
  expect(localTimeOf(at('2026-01-31T16:30:00Z'), 'Asia/Shanghai')).toEqual({
    ...{ day: '2026-02-01', minuteOfDay: 30, weekday: 0, offsetMinutes: 480 },
  });
  expect(localTimeOf(at('2026-07-01T03:59:59Z'), 'America/New_York')).toEqual({
    ...{ day: '2026-06-30', minuteOfDay: 1439, weekday: 2, offsetMinutes: -240 },
  });
  expect(localTimeOf(at('2026-01-01T00:00:00Z'), 'America/New_York').offsetMinutes).toBe(-300);
  expect([isTimeZone('Asia/Shanghai'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
});

test('quiet hours begin at their first minute, end before their last, and may pass midnight', () => {
  const hours = parseQuietHours('22:00-07:30');
  const quiet = (iso: string): boolean => isQuiet(hours, 'UTC', at(iso));
  expect(
    ['21:59:59', '22:00:00', '23:59:59', '00:00:00', '07:29:59', '07:30:00'].map((time) =>
      quiet(`2026-01-01T${time}Z`),
    ),
  ).toEqual([...[false, true, true, true, true, false]]);
  expect(isQuiet(parseQuietHours('12:00-13:00'), 'Asia/Shanghai', at('2026-01-01T04:30:00Z'))).toBe(true);
  expect(isQuiet(undefined, 'UTC', at('2026-01-01T23:00:00Z'))).toBe(false);
});

test.each(['', '22:00', '24:00-07:00', '22:00-22:00', '22:60-07:00', '9:00-10:00', '22:00 - 07:00'])(
  '"%s" is no span of quiet hours',
  (text) => {
    expect(parseQuietHours(text)).toBeUndefined();
  },
);
