import { expect, test } from 'vitest';
import { createWatchFileReader } from '../../../shared/core/sweep/watch-file.ts';
import { createCaTable } from '../../../shared/core/sweep/watch-rows.ts';
import { splitCells } from '../../../shared/pipelines/sweep/watch-cells.ts';

const HEADER = 'device_sn,ca_sn,name,reactivate\n';

function read(bytes: Buffer | string, maxLines = 1000) {
  const reader = createWatchFileReader({ table: createCaTable(), split: splitCells, maxLines });
  reader.push(Buffer.from(bytes));
  return reader.end();
}

/** What became of a file, in short. */
function told(bytes: Buffer | string, maxLines?: number): unknown {
  const file = read(bytes, maxLines);
  if (file.kind === 'refused') return file.problem;
  const { count, first } = file.bad();
  return {
    lines: file.lines,
    named: file.rows.named(),
    stars: file.rows.stars().length,
    ...(count === 0 ? {} : { bad: first.map(({ code, line }) => `${String(line)} ${code}`) }),
    ...(file.encoding === 'utf-8' ? {} : { encoding: file.encoding }),
  };
}

const TWO = { lines: 2, named: 1, stars: 1 };

test.each([
  ['LF', `${HEADER}ab,c1\n*,c1\n`],
  ['CRLF and no end', `${HEADER.replace('\n', '\r\n')}ab,c1\r\n*,c1`],
  ['CR', `${HEADER.replace('\n', '\r')}ab,c1\r*,c1\r`],
  ['blank lines', `\n\n${HEADER}\nab,c1\n   \n\n*,c1\n,,,\n\n`],
  ['semicolons', 'device_sn;ca_sn\nab;c1\n*;c1\n'],
  ['tabs', 'device_sn\tca_sn\tname\nab\tc1\tpump 7\n*\tc1\t\n'],
  ['quotes', '"device_sn","ca_sn","name"\n"ab","c1","pump ""7"", left"\n "*" , "c1" \n'],
  ['a hint for Excel', 'sep=;\ndevice_sn;ca_sn\nab;c1\n*;c1\n'],
  ['a mark', `\ufeff${HEADER}ab,c1\n*,c1\n`],
  ['names in Chinese', `${HEADER}ab,c1,七号泵\n*,c1,整个车间\n`],
])('a list with %s is read', (_, text) => {
  expect(told(text)).toEqual(TWO);
});

test('UTF-16 is read in both orders, with and without a mark', () => {
  const little = Buffer.from(`${HEADER}ab,c1,七号泵\n*,c1\n`, 'utf16le');
  const big = Buffer.from(little).swap16();
  const expected = { ...TWO, encoding: 'utf-16' };
  expect(told(little)).toEqual(expected);
  expect(told(big)).toEqual(expected);
  expect(told(Buffer.concat([Buffer.from([0xff, 0xfe]), little]))).toEqual(expected);
  expect(told(Buffer.concat([Buffer.from([0xfe, 0xff]), big]))).toEqual(expected);
});

test('GBK is read and named', () => {
  const pump = Buffer.from([0xc6, 0xdf, 0xba, 0xc5, 0xb1, 0xc3]); // 七号泵
  const bytes = Buffer.concat([Buffer.from(`${HEADER}ab,c1,`), pump, Buffer.from('\n*,c1\n')]);
  expect(told(bytes)).toEqual({ ...TWO, encoding: 'gbk' });
});

test.each([
  ['nothing', '', 'empty'],
  ['blank lines', '\n\n  \n', 'empty'],
  ['a mark alone', '\ufeff', 'empty'],
  ['a workbook', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0x00]), 'excel-workbook'],
  ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'excel-workbook'],
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00]), 'compressed'],
  ['no header', 'ab00,c1\ncd00,c1\n', 'header-missing'],
  ['something else', 'hello\nworld\n', 'header-unreadable'],
  ['half a header', 'device_sn;name\nab;pump\n', 'column-missing'],
  ['another separator', 'device_sn|ca_sn\nab|c1\n', 'header-unreadable'],
  ['a private key', `${HEADER}ab,c1\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n`, 'private-key'],
  ['a private key first', '-----BEGIN PRIVATE KEY-----\nMHcCAQEE\n', 'private-key'],
  ['bad lines alone', `${HEADER}123,c1\n,c1\n`, 'no-good-line'],
])('a file that holds %s is refused for what it is', (_, bytes, problem) => {
  expect(told(bytes)).toBe(problem);
});

test('a header alone is a list that watches nothing', () => {
  expect(told(HEADER)).toEqual({ lines: 0, named: 0, stars: 0 });
});

test('every bad line is named with its number, and none stops the others', () => {
  const text = [
    'device_sn,ca_sn,name,reactivate',
    '123,c1',
    '"ab,c1', // left open
    'a"b,c1,pump "7" b', // inside a cell
    '1.2E+15,c1',
    'ab;c1',
    `${'x'.repeat(5000)},c1`,
    'ab\u0000,c1',
    'ab,c1,n,no,more',
    'ee,c1',
  ].join('\n');
  const file = read(text);
  if (file.kind !== 'read') throw new Error(file.problem);
  expect(file.rows.named()).toBe(1);
  expect(file.bad()).toEqual({
    count: 8,
    codes: [
      { code: 'quotes', count: 2 },
      { code: 'line-too-long', count: 1 },
      { code: 'not-text', count: 1 },
      { code: 'digits-only', count: 1 },
      { code: 'excel-number', count: 1 },
      { code: 'other-separator', count: 1 },
      { code: 'too-many-cells', count: 1 },
    ],
    first: expect.any(Array) as unknown,
  });
});

test('100,000 bad lines are a count and the first few of them', () => {
  const lines = Array.from({ length: 100_000 }, (_, n) => `${String(n)},c1`).join('\n');
  const file = read(`${HEADER}ab,c1\n${lines}\n`, 200_000);
  if (file.kind !== 'read') throw new Error(file.problem);
  expect(file.bad()).toEqual({
    count: 100_000,
    codes: [
      { code: 'digits-only', count: 99_999 },
      { code: 'serial-zero', count: 1 },
    ],
    first: [
      { line: 3, code: 'serial-zero', shown: '0' },
      { line: 4, code: 'digits-only', shown: '1' },
      { line: 5, code: 'digits-only', shown: '2' },
      { line: 6, code: 'digits-only', shown: '3' },
      { line: 7, code: 'digits-only', shown: '4' },
    ],
  });
});

test('what is shown of a line can not speak to a terminal, and of a long cell only its beginning is', () => {
  const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
  const file = read(`${HEADER}ab,c1\n\u202e<b>[x](http://e),c1\n${key},c1\n`);
  if (file.kind !== 'read') throw new Error(file.problem);
  expect(file.bad().first.map(({ shown }) => shown)).toEqual([
    '�＜b＞［x］（http:／／e）',
    'MIIEvQIBADANBgkq… （64 characters）',
  ]);
});

test('as many lines as are allowed are read, and one more refuses the file', () => {
  expect(told(`${HEADER}ab,c1\nac,c1\n\n,,\n`, 2)).toMatchObject({ named: 2 });
  expect(told(`${HEADER}ab,c1\nac,c1\nad,c1\n`, 2)).toBe('too-many-lines');
});

test('a header with an unknown column is told, and nothing in the file may be reactivated', () => {
  expect(told('device_sn,ca_sn,reactivat\nab,c1,yes\n')).toEqual({
    lines: 1,
    named: 1,
    stars: 0,
    bad: ['1 column-unknown'],
  });
});

test('a reader that refused wants no more octets', () => {
  const reader = createWatchFileReader({ table: createCaTable(), split: splitCells, maxLines: 1000 });
  expect(reader.push(Buffer.from(HEADER))).toBe(true);
  expect(reader.push(Buffer.from('x PRIVATE KEY\n'))).toBe(false);
});
