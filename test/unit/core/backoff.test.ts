import { expect, test } from 'vitest';
import { backoffDelay } from '../../../shared/core/backoff.ts';

const LIMITS = { baseMs: 100, capMs: 2000 };

test('the window doubles with every attempt and ends at the cap', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffDelay(attempt, 0.999999, LIMITS));
  expect(longest).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
});

test('chance chooses within the upper half of the window', () => {
  expect(backoffDelay(3, 0, LIMITS)).toBe(200);
  expect(backoffDelay(3, 0.5, LIMITS)).toBe(300);
});

test('an absurd attempt number stays at the cap', () => {
  expect(backoffDelay(1_000_000, 0, LIMITS)).toBe(1000);
  expect(backoffDelay(0, 0, LIMITS)).toBe(50);
});
