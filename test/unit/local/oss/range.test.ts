import { expect, test } from 'vitest';
import { rangeOf } from '../../../../local/oss/range.ts';

test('in the standard behaviour a range is clipped, or refused past the end', () => {
  const standard = (range: string) =>
    rangeOf(
      new Map([
        ['range', range],
        ['x-oss-range-behavior', 'standard'],
      ]),
      10,
    );
  expect(standard('bytes=5-99')).toEqual({ start: 5, end: 9 });
  expect(standard('bytes=-99')).toEqual({ start: 0, end: 9 });
  expect(() => standard('bytes=10-11')).toThrow('The requested range cannot be satisfied.');
});

test('an empty object has no valid range', () => {
  for (const range of ['bytes=0-0', 'bytes=0-', 'bytes=-1', 'bytes=-0']) {
    expect(rangeOf(new Map([['range', range]]), 0)).toBeUndefined();
  }
});
