import { expect, test } from 'vitest';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { inventoryOf } from '../../../shared/core/drop-inventory.ts';
import { caRecipe, makeDer, pem } from '../../support/certificates.ts';

const CERTIFICATE = pem(makeDer(caRecipe('p256')));
const KEY = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
const DAMAGED = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

test.each([
  [CERTIFICATE, '1 certificate', '1 张证书'],
  [CERTIFICATE + CERTIFICATE, '2 certificates', '2 张证书'],
  [CERTIFICATE + DAMAGED, '1 certificate, 1 damaged certificate', '1 张证书、1 张损坏的证书'],
  [KEY + CERTIFICATE, 'a private key, 1 certificate', '私钥、1 张证书'],
  ['', 'nothing, it is empty', '空文件'],
  ['hello', 'text without a certificate', '不含证书的文本'],
  [CERTIFICATE.repeat(33), 'more than is read of one file', '内容过多，未全部读取'],
])('a file is named for what is in it (%#)', (text, en, zh) => {
  expect(inventoryOf(readDropFile({ name: '*evil*', bytes: Buffer.from(text) }))).toEqual({ en, zh });
});

test('a file that was too large to read is named for that', () => {
  expect(inventoryOf({ tooLargeBytes: 70_000 })).toEqual({ en: 'too large, it was not read', zh: '文件过大，未读取' });
});
