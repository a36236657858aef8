import { expect, test } from 'vitest';
import { certificatePem, MAX_PEM_BLOCKS, type PemBlock, splitPem, strictBase64 } from '../../../shared/core/pem.ts';

const DER = Buffer.from(Array.from({ length: 100 }, (_, index) => index));
const BASE64 = DER.toString('base64');
const [FIRST, SECOND, THIRD] = [BASE64.slice(0, 64), BASE64.slice(64, 128), BASE64.slice(128)];
const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

function blocksOf(text: string): readonly PemBlock[] {
  const reading = splitPem(text);
  if (reading.kind !== 'blocks') throw new Error('too many blocks');
  return reading.blocks;
}

test.each([
  ['LF', [BEGIN, FIRST, SECOND, THIRD, END, ''].join('\n')],
  ['CRLF', [BEGIN, FIRST, SECOND, THIRD, END, ''].join('\r\n')],
  ['CR', [BEGIN, FIRST, SECOND, THIRD, END, ''].join('\r')],
  ['blanks at line ends', [BEGIN, FIRST, SECOND, THIRD, END].map((line) => `${line} \t`).join('\n')],
  ['one long line', `${BEGIN}\n${BASE64}\n${END}`],
  ['no line at all', `${BEGIN}${BASE64}${END}`],
  ['no final line end', [BEGIN, FIRST, SECOND, THIRD, END].join('\n')],
  ['literal line feeds', [BEGIN, FIRST, SECOND, THIRD, END, ''].join('\\n')],
  ['literal CRLF', [BEGIN, FIRST, SECOND, THIRD, END, ''].join('\\r\\n')],
  ['text around', ['Bag Attributes', '  friendlyName: ca', BEGIN, FIRST, SECOND, THIRD, END, 'the end'].join('\n')],
  ['lower case', [BEGIN.toLowerCase(), FIRST, SECOND, THIRD, END.toLowerCase()].join('\n')],
])('a block with %s is read', (_, text) => {
  expect(blocksOf(text)).toMatchObject([{ kind: 'block', label: 'CERTIFICATE', der: DER }]);
});

test('several blocks are read in order, with what stands between them', () => {
  const reading = splitPem(
    `before\n${BEGIN}\n${BASE64}\n${END}\nbetween\n-----BEGIN OTHER THING-----\nAQID\n-----END OTHER THING-----\nafter`,
  );
  expect(reading).toMatchObject({
    blocks: [
      { label: 'CERTIFICATE', der: DER },
      { label: 'OTHER THING', der: Buffer.from([1, 2, 3]) },
    ],
  });
  expect(reading.kind === 'blocks' ? reading.outside.split(/\n+/) : []).toEqual(['before', 'between', 'after']);
});

test.each([
  ['without an end', `${BEGIN}\n${BASE64}\n`, 'pem-unclosed'],
  ['with the end of another', `${BEGIN}\n${BASE64}\n-----END OTHER-----`, 'pem-unclosed'],
  ['with a stray character', `${BEGIN}\n${BASE64}%\n${END}`, 'pem-not-base64'],
  ['with URL-safe digits', `${BEGIN}\n_-_-\n${END}`, 'pem-not-base64'],
  ['cut inside a group', `${BEGIN}\n${BASE64.slice(0, -3)}\n${END}`, 'pem-not-base64'],
  ['with padding in the middle', `${BEGIN}\nAQ==AQID\n${END}`, 'pem-not-base64'],
  ['with stray bits', `${BEGIN}\nAR==\n${END}`, 'pem-not-base64'],
  ['of nothing', `${BEGIN}\n${END}`, 'pem-not-base64'],
])('a block %s is damaged', (_, text, reason) => {
  expect(blocksOf(text)).toMatchObject([{ kind: 'damaged', label: 'CERTIFICATE', reason }]);
});

test('a block that never ends does not swallow the next one', () => {
  expect(blocksOf(`${BEGIN}\n${FIRST}\n${BEGIN}\n${BASE64}\n${END}`)).toMatchObject([
    { kind: 'damaged', reason: 'pem-unclosed' },
    { kind: 'block', der: DER },
  ]);
});

test('headers of old encrypted blocks are skipped', () => {
  const text = '-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAQID\n-----END X-----';
  expect(blocksOf(text)).toMatchObject([{ kind: 'block', der: Buffer.from([1, 2, 3]) }]);
});

test('32 blocks are read, 33 are too many', () => {
  const block = `${BEGIN}\nAQID\n${END}\n`;
  expect(blocksOf(block.repeat(MAX_PEM_BLOCKS))).toHaveLength(32);
  expect(splitPem(block.repeat(MAX_PEM_BLOCKS + 1))).toEqual({ kind: 'too-many' });
});

test('a certificate is written with 64 characters a line and a final line feed', () => {
  expect(certificatePem(DER)).toBe(`${BEGIN}\n${FIRST}\n${SECOND}\n${THIRD}\n${END}\n`);
});

test('base64 is all or nothing', () => {
  expect(strictBase64(' AQ\nID ')).toEqual(Buffer.from([1, 2, 3]));
  for (const text of ['', 'A', 'AQI', 'AQ=', 'AQID=', 'AQ!D']) expect(strictBase64(text)).toBeUndefined();
});
