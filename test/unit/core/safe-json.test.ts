import { expect, test } from 'vitest';
import { safeJson } from '../../../shared/core/safe-json.ts';

test('text is written as JSON, and read back as it was', () => {
  const value = { a: 'plain', b: ['*markup* <b>', 1, true], c: '证书 Süd 😀' };
  expect(safeJson(value)).toBe('{"a":"plain","b":["*markup* <b>",1,true],"c":"证书 Süd 😀"}');
  expect(JSON.parse(safeJson(value))).toEqual(value);
});

test.each([
  ['an escape', '\u001b[31m', '"\\u001b[31m"'],
  ['a C1 control', '\u009b31m', '"\\u009b31m"'],
  ['a delete', '\u007f', '"\\u007f"'],
  ['a right-to-left override', 'a\u202eb', '"a\\u202eb"'],
  ['an isolate', 'a\u2066b', '"a\\u2066b"'],
  ['a zero-width space', 'a\u200bb', '"a\\u200bb"'],
  ['a byte order mark', '\ufeffa', '"\\ufeffa"'],
  ['a line separator', 'a\u2028b', '"a\\u2028b"'],
  ['a tag character, as two units', '\u{e0041}', '"\\udb40\\udc41"'],
  ['a private character', '\ue000', '"\\ue000"'],
  ['a character that does not exist yet', '\u{e0fff}', '"\\udb43\\udfff"'],
  ['half a character', '\ud83d', '"\\ud83d"'],
])('%s is escaped and not lost', (_, text, written) => {
  expect(safeJson(text)).toBe(written);
  expect(JSON.parse(safeJson(text))).toBe(text);
});

test('line feeds of the layout stay, line feeds of texts do not', () => {
  expect(safeJson({ a: 'x\ny' }, 2)).toBe('{\n  "a": "x\\ny"\n}');
});
