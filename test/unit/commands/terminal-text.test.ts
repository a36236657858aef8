import { expect, test } from 'vitest';
import { columnsOf, padColumns, terminalText, wrapColumns } from '../../../scripts/terminal/terminal-text.ts';

test('nothing in a text can steer a terminal, and punctuation stays', () => {
  expect(terminalText('a\u001b[31m b\r\nc\u202e (d) [e] "f"')).toBe(
    'a\u{FFFD}[31m b\u{FFFD}\u{FFFD}c\u{FFFD} (d) [e] "f"',
  );
});

test('a long text is cut to exactly the length allowed', () => {
  expect(terminalText('abcd', 4)).toBe('abcd');
  expect(terminalText('abcde', 4)).toBe('abc…');
  expect(terminalText('x'.repeat(1_000_000), 4)).toBe('xxx…');
});

test('Chinese characters take two columns, combining marks none', () => {
  expect(columnsOf('abc')).toBe(3);
  expect(columnsOf('证书')).toBe(4);
  expect(columnsOf('e\u0301')).toBe(1);
  expect(padColumns('证书', 6)).toBe('证书  ');
  expect(padColumns('too long', 3)).toBe('too long');
});

test('lines break at blanks and long words stay whole', () => {
  expect(wrapColumns('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapColumns('a /very/long/path b', 6)).toEqual(['a', '/very/long/path', 'b']);
  expect(wrapColumns('', 7)).toEqual(['']);
});
