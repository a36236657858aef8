import { expect, test } from 'vitest';
import { childText, escapeXml, parseXml } from '../../../../local/oss/xml.ts';

test('what is escaped is read back', () => {
  const text = 'a<b>&"c"\' \r\n\t é😀 &amp;';
  const root = parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n<Delete><Key>${escapeXml(text)}</Key></Delete>`);
  expect(root === undefined ? undefined : childText(root, 'Key')).toBe(text);
});

test('references in every spelling are read', () => {
  expect(parseXml('<a>&#65;&#x42;&lt;&apos;&unknown;&#x110000;</a>')?.text).toBe("AB<'&unknown;&#x110000;");
});

test('what is not well-formed is no document', () => {
  const wrong = [
    '',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a><b></a></b>',
    '<a',
    '<!DOCTYPE a><a/>',
    '<a><!ENTITY x "y"></a>',
  ];
  for (const source of wrong) expect([source, parseXml(source)]).toEqual([source, undefined]);
  expect(parseXml('<a>'.repeat(50) + '</a>'.repeat(50))).toBeUndefined();
});

test('two megabytes of anything are read in no time', () => {
  const startedAt = performance.now();
  for (const piece of ['<a>', '<a ', '&', '<', 'x', '<a/>', '<a  b']) parseXml(piece.repeat(2_000_000 / piece.length));
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
