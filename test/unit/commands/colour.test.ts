import { expect, test } from 'vitest';
import { createPainter, isColourWanted } from '../../../scripts/terminal/colour.ts';

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true], // no-color.org: only a non-empty value counts
  [{ TERM: 'dumb' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
])('the environment %j on a terminal (%s) means colour: %s', (env, isTerminal, expected) => {
  expect(isColourWanted(env, isTerminal)).toBe(expected);
});

test('a painter without colour returns the text as it is', () => {
  expect(createPainter(false).red('no')).toBe('no');
  expect(createPainter(true).red('no')).toBe('\u001b[31mno\u001b[39m');
  expect(createPainter(true).red('')).toBe('');
});
