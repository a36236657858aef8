import { expect, test } from 'vitest';
import { createArrivalWindow } from '../../../shared/core/arrival-window.ts';

test('as many calls as the budget may be under way, and not one more', () => {
  const window = createArrivalWindow(2);
  expect(window.wait(0)).toBe(0);
  window.left();
  expect(window.wait(0)).toBe(0);
  window.left();
  expect(window.wait(0)).toBeUndefined();
  expect(window.wait(60_000)).toBeUndefined();
});

test('an answer frees its place one second later, the ends of the second included', () => {
  const window = createArrivalWindow(1);
  window.left();
  window.settled(500);
  expect(window.wait(500)).toBeCloseTo(1000.01, 9);
  expect(window.wait(1499)).toBeCloseTo(1.01, 9);
  expect(window.wait(1500)).toBeCloseTo(0.01, 9);
  expect(window.wait(1500.01)).toBe(0);
});

test('the oldest answer is the one that is waited for', () => {
  const window = createArrivalWindow(3);
  for (const at of [100, 400, 700]) {
    window.left();
    window.settled(at);
  }
  expect(window.wait(700)).toBeCloseTo(400.01, 9);
  window.left(); // even if somebody does not wait: two places must come free now
  expect(window.wait(700)).toBeCloseTo(700.01, 9);
});

test('asking takes nothing', () => {
  const window = createArrivalWindow(1);
  for (let asked = 0; asked < 10; asked += 1) expect(window.wait(asked)).toBe(0);
});
