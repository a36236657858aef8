import { expect, test } from 'vitest';
import { csvCell, displayText } from '../../../shared/core/display-text.ts';

test('plain text in any script stays as it is', () => {
  for (const text of ['ca.pem', 'Fleet CA, O=Acme', '车队根证书（生产）', 'Größe 3 µm', '👍 ok', 'e\u0301']) {
    expect(displayText(text)).toBe(text);
  }
});

test('control characters become their pictures', () => {
  expect(displayText('a\u001b[31mb\nc\u0000d\u007f')).toBe('a␛［31mb␊c␀d␡');
});

test('bidi, zero-width and other invisible characters become a replacement character', () => {
  const hidden = [
    '\u202e',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u2066',
    '\u00ad',
    '\u2028',
    '\u3164',
    '\u{e0041}',
    '\u0085',
    '\ud800',
  ];
  for (const one of hidden) expect(displayText(`a${one}b`)).toBe('a\u{fffd}b');
});

test('characters that mark up become full-width', () => {
  expect(displayText('**b** [x](y) <i>&amp;`@all`|#~_!"\'\\')).toBe(
    '＊＊b＊＊ ［x］（y） ＜i＞＆amp;｀＠all｀｜＃～＿！＂＇＼',
  );
});

test('nothing turns into a link', () => {
  expect(displayText('https://evil.example')).toBe('https:／／evil.example');
  expect(displayText('WWW.evil.example')).toBe('WWW．evil.example');
  expect(displayText('dingtalk://x www.www.y')).toBe('dingtalk:／／x www．www．y');
});

test('odd blanks become spaces', () => {
  expect(displayText('a\u00a0b\u3000c\u2003d')).toBe('a b c d');
});

test('marks pile up no higher than two', () => {
  expect(displayText(`e${'\u0301'.repeat(50)}`)).toBe('e\u0301\u0301');
});

test('80 characters pass, 81 are cut to 80 with an ellipsis', () => {
  expect(displayText('x'.repeat(80))).toBe('x'.repeat(80));
  expect(displayText('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
  expect(displayText('👍'.repeat(81))).toBe(`${'👍'.repeat(79)}…`);
  expect(displayText('abcdef', 3)).toBe('ab…');
});

test('text whose piled marks were dropped still shows that it was cut', () => {
  expect(displayText(`e${'\u0301'.repeat(100)}`.repeat(50))).toMatch(/…$/);
});

test('a cell that starts a formula is inert, also behind full-width signs', () => {
  expect(csvCell(displayText('=1+1'))).toBe("'=1+1");
  expect(csvCell(displayText('+86'))).toBe("'+86");
  expect(csvCell(displayText('-2'))).toBe("'-2");
  expect(csvCell(displayText('@SUM(A1)'))).toBe("'＠SUM（A1）");
  expect(csvCell(displayText('＝1'))).toBe("'＝1");
  expect(csvCell(displayText(' =1'))).toBe("' =1");
});

test('a cell with separators is quoted', () => {
  expect(csvCell(displayText('a,b'))).toBe('"a,b"');
  expect(csvCell(displayText('a;b'))).toBe('"a;b"');
  expect(csvCell(displayText('plain'))).toBe('plain');
  expect(csvCell(displayText(''))).toBe('');
});
