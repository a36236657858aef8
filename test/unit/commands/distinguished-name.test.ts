import { expect, test } from 'vitest';
import { commonNameProblem, parseDistinguishedName } from '../../../scripts/commands/distinguished-name.ts';

test('a name keeps the order and names its string types itself', () => {
  expect(parseDistinguishedName('cn=Plant 7, O=Acme\\, Inc. ,C=cn')).toEqual({
    kind: 'name',
    name: [
      { CN: [{ utf8String: 'Plant 7' }] },
      { O: [{ utf8String: 'Acme, Inc.' }] },
      { C: [{ printableString: 'CN' }] },
    ],
  });
});

test('a value that begins with # is text, not bytes', () => {
  expect(parseDistinguishedName('CN=#0403')).toEqual({ kind: 'name', name: [{ CN: [{ utf8String: '#0403' }] }] });
});

test.each([
  ['', '"" is none of CN, O, OU, L, ST, C'],
  ['plant', '"" is none of CN, O, OU, L, ST, C'],
  ['CN=', 'CN is empty'],
  ['CN=a,', '"" is none of CN, O, OU, L, ST, C'],
  ['EMAIL=a@b', '"EMAIL" is none of CN, O, OU, L, ST, C'],
  ['toString=a', '"TOSTRING" is none of CN, O, OU, L, ST, C'],
  ['C=China', 'C is longer than 2 characters'],
  ['C=1x', 'C is not a two-letter country code'],
  ['CN=a\u0000b', 'CN holds a control character'],
])('"%s" is refused: %s', (text, problem) => {
  expect(parseDistinguishedName(text)).toEqual({ kind: 'unreadable', problem });
});

test('a common name has 1 to 64 characters, counted as people count them', () => {
  expect(commonNameProblem('a'.repeat(64))).toBeUndefined();
  expect(commonNameProblem('厂'.repeat(64))).toBeUndefined();
  expect(commonNameProblem('𠮷'.repeat(64))).toBeUndefined();
  expect(commonNameProblem('a'.repeat(65))).toBe('CN is longer than 64 characters');
  expect(commonNameProblem(' a')).toBe('CN has blanks around it');
  expect(commonNameProblem('a\u202eb')).toBe('CN holds a control character');
});
