import { expect, test } from 'vitest';
import {
  days,
  durationMs,
  epochMs,
  hours,
  isoOf,
  minutes,
  parseIso,
  plus,
  seconds,
  since,
  utcMoment,
} from '../../../shared/core/time.ts';

test('a moment prints as ISO 8601 in UTC with milliseconds', () => {
  expect(isoOf(epochMs(1_780_315_200_000))).toBe('2026-06-01T12:00:00.000Z');
  expect(isoOf(epochMs(0))).toBe('1970-01-01T00:00:00.000Z');
});

test('a moment no calendar can print is clamped and does not throw', () => {
  expect(isoOf(epochMs(1e300))).toBe('+275760-09-13T00:00:00.000Z');
});

test('ISO moments with any zone read as the moment they name', () => {
  expect(parseIso('2026-06-01T12:00:00Z')).toBe(1_780_315_200_000);
  expect(parseIso('2026-06-01T20:00:00.000+08:00')).toBe(1_780_315_200_000);
  expect(parseIso('2026-06-01T12:00Z')).toBe(1_780_315_200_000);
  expect(parseIso('2026-05-31T23:30:00-12:30')).toBe(1_780_315_200_000);
});

test('dates, zoneless times and days that do not exist are no moments', () => {
  const wrong = [
    '',
    '2026-06-01',
    '2026-06-01T12:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '1780315200000',
  ];
  for (const text of wrong) expect(parseIso(text)).toBeUndefined();
  expect(parseIso(`2026-06-01T12:00:00${'0'.repeat(100)}Z`)).toBeUndefined();
});

test('NaN and infinities are neither moments nor durations', () => {
  expect(() => epochMs(Number.NaN)).toThrow(RangeError);
  expect(() => durationMs(Number.POSITIVE_INFINITY)).toThrow(RangeError);
});

test('lengths of time have the length they say', () => {
  expect([seconds(2), minutes(2), hours(2), days(2)]).toEqual([2000, 120_000, 7_200_000, 172_800_000]);
  expect(plus(epochMs(1000), seconds(1))).toBe(2000);
  expect(since(epochMs(1000), epochMs(3000))).toBe(2000);
});

test('a UTC calendar time is its moment, in every century, and none when the calendar has no such day', () => {
  const noon = { hour: 12, minute: 0, second: 0 };
  expect(utcMoment({ year: 2026, month: 6, day: 1, ...noon })).toBe(1_780_315_200_000);
  expect(utcMoment({ year: 2000, month: 2, day: 29, ...noon })).toBe(951_825_600_000);
  expect(utcMoment({ year: 1900, month: 2, day: 29, ...noon })).toBeUndefined();
  expect(utcMoment({ year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0 })).toBe(-62_135_596_800_000);
  expect(utcMoment({ year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 })).toBe(253_402_300_799_000);
  expect(utcMoment({ year: 2026, month: 0, day: 1, ...noon })).toBeUndefined();
  expect(utcMoment({ year: 2026, month: 4, day: 31, ...noon })).toBeUndefined();
  expect(utcMoment({ year: 2026, month: 4, day: 0, ...noon })).toBeUndefined();
  expect(utcMoment({ year: 2026, month: 4, day: 1, hour: 24, minute: 0, second: 0 })).toBeUndefined();
  expect(utcMoment({ year: 2026, month: 4, day: 1, hour: 23, minute: 59, second: 60 })).toBeUndefined();
});
