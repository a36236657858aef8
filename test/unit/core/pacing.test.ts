import { expect, test } from 'vitest';
import { createPacer, spacingMs } from '../../../shared/core/pacing.ts';

const PLAIN = { perSecond: 10, pathJitterMs: 0, catchUpMs: 0 }; // spacing 100.001 ms

test('a fresh pacer has nothing to give until one spacing has passed', () => {
  const pacer = createPacer(PLAIN, 5000);
  expect(pacer.reserve(5000)).toBeCloseTo(100.001, 6);
  expect(pacer.reserve(5100)).toBeCloseTo(0.001, 6);
  expect(pacer.reserve(5100.002)).toBe(0);
});

test('asking does not set anything aside: after a freeze there is one permit, not a backlog', () => {
  const pacer = createPacer(PLAIN, 0);
  for (let asked = 0; asked < 50; asked += 1) pacer.reserve(10);
  const granted = Array.from({ length: 50 }, () => pacer.reserve(60_000)).filter((wait) => wait === 0);
  expect(granted).toHaveLength(1);
});

test('lateness is made up for by no more than the catch-up', () => {
  const pacer = createPacer({ perSecond: 10, pathJitterMs: 0, catchUpMs: 20 }, 0); // spacing 102.001 ms
  expect(pacer.reserve(110)).toBe(0); // 8 ms late
  expect(pacer.reserve(204.01)).toBe(0); // where it belongs, had the first been on time
  expect(pacer.reserve(9000)).toBe(0);
  expect(pacer.reserve(9081)).toBeGreaterThan(0);
  expect(pacer.reserve(9082.01)).toBe(0); // 20 ms earlier than a spacing after the late one, no more
  expect(pacer.reserve(9184)).toBeGreaterThan(0);
});

test('a clock that steps back by an hour costs no hour', () => {
  const pacer = createPacer(PLAIN, 3_600_000);
  expect(pacer.reserve(3_600_101)).toBe(0);
  expect(pacer.reserve(101)).toBeCloseTo(100.001, 6);
  expect(pacer.reserve(202)).toBe(0);
});

test('a throttled answer slows the pace at once, at most once a second, and it comes back by and by', () => {
  const pacer = createPacer(PLAIN, 0);
  expect(pacer.reserve(101)).toBe(0);
  pacer.throttled(150);
  pacer.throttled(151); // the same busy moment
  expect(pacer.reserve(300)).toBe(0); // due before the cut
  expect(pacer.reserve(300)).toBeCloseTo(100.001 / 0.7, 6);
  expect(pacer.reserve(30_000)).toBe(0); // long after: full pace again
  expect(pacer.reserve(30_000)).toBeCloseTo(100.001, 6);
});

test('throttling never stops the pace altogether', () => {
  const pacer = createPacer(PLAIN, 0);
  for (let second = 0; second < 60; second += 1) pacer.throttled(second * 1000);
  expect(pacer.reserve(60_000)).toBe(0);
  expect(pacer.reserve(60_000)).toBeLessThanOrEqual(1000.1);
});

test('the spacing pays for path jitter and catch-up', () => {
  expect(spacingMs({ perSecond: 3 })).toBeCloseTo(350.67, 2);
  expect(spacingMs({ perSecond: 100 })).toBeCloseTo(10.5201, 4);
  expect(spacingMs({ perSecond: 290, pathJitterMs: 20 })).toBeCloseTo(3.5242, 3);
});

test.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a budget of %d calls per second is refused',
  (perSecond) => {
    expect(() => createPacer({ perSecond }, 0)).toThrow(RangeError);
  },
);

test('negative jitter or catch-up is refused', () => {
  expect(() => createPacer({ perSecond: 1, pathJitterMs: -1 }, 0)).toThrow(RangeError);
  expect(() => createPacer({ perSecond: 1, catchUpMs: Number.NaN }, 0)).toThrow(RangeError);
});
