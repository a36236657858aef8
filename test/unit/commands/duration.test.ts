import { expect, test } from 'vitest';
import { formatElapsed, parseDurationMs } from '../../../scripts/terminal/duration.ts';

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  [' 7d ', 604_800_000],
  ['366d', 31_622_400_000],
])('%s is %d milliseconds', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(['', '0s', '1', '1.5h', '-1h', '1 h', '1w', '367d', '9999999s'])('"%s" is no duration', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.00 s'],
  [59_999, '59.99 s'],
  [125_000, '2 min 05 s'],
])('%d ms is shown as %s', (ms, text) => {
  expect(formatElapsed(ms)).toBe(text);
});
