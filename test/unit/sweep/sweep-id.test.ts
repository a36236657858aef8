import { expect, test } from 'vitest';
import { isNearTheClock, parseSweepId, sweepIdOf, tickOf } from '../../../shared/core/sweep/sweep-id.ts';
import { epochMs, minutes } from '../../../shared/core/time.ts';

test('a sweep is named by the second of its tick, in the order of time', () => {
  const tick = epochMs(Date.UTC(2026, 10, 21, 5, 0, 0, 999));
  expect(sweepIdOf(tick)).toBe('20261121T050000Z');
  expect(tickOf(sweepIdOf(tick))).toBe(Date.UTC(2026, 10, 21, 5));
  expect(sweepIdOf(epochMs(tick + 1)) > sweepIdOf(tick)).toBe(true);
});

test.each([
  '',
  '20261121T050000',
  '20261321T050000Z',
  '20260230T050000Z',
  '20261121T250000Z',
  ' 20261121T050000Z',
  '../x',
])('%s names no sweep', (text) => {
  expect(parseSweepId(text)).toBeUndefined();
});

test.each([
  [20 * 60_000, true],
  [20 * 60_000 + 1, false],
  [-20 * 60_000, true],
  [-20 * 60_000 - 1, false],
])('a tick %d ms from the clock is taken: %s', (off, isTaken) => {
  const now = epochMs(Date.UTC(2026, 10, 21));
  expect(isNearTheClock(epochMs(now + off), now, minutes(10))).toBe(isTaken);
});
