import { expect, test } from 'vitest';
import { busiestSecond, median, quantile } from '../../../scripts/bench/statistics.ts';

test('a quantile is the measured value that this share of all values does not exceed', () => {
  const values = [50, 10, 40, 20, 30];
  expect(quantile(values, 0.2)).toBe(10);
  expect(quantile(values, 0.21)).toBe(20);
  expect(quantile(values, 0.99)).toBe(50);
  expect(quantile(values, 1)).toBe(50);
  expect(values).toEqual([50, 10, 40, 20, 30]);
});

test('the 99th percentile of 200 values is the third highest', () => {
  expect(
    quantile(
      Array.from({ length: 200 }, (_, index) => index + 1),
      0.99,
    ),
  ).toBe(198);
});

test('the median of an even number of values is one of them', () => {
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([7])).toBe(7);
  expect(median([])).toBe(0);
});

test('the busiest second is found wherever it begins, in any order of arrivals', () => {
  expect(busiestSecond([])).toBe(0);
  expect(busiestSecond([900, 1100, 100, 1800, 3000])).toBe(3); // 900 to 1900
  expect(busiestSecond([0, 0, 0])).toBe(3);
});

test('arrivals exactly a second apart are not in the same second', () => {
  expect(busiestSecond([0, 1000])).toBe(1);
  expect(busiestSecond([0, 999.9])).toBe(2);
});
