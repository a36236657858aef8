import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { readCertificate } from '../../../../local/mqtt/certificate.ts';
import { canonicalSerial, spellSerial } from '../../../../local/mqtt/serial.ts';
import { makeCa, makeVerification } from '../../../contract/local-mqtt/make-pair.ts';

test('a certificate is read as OpenSSL reads it', async () => {
  const { pem } = await makeCa({ kind: 'rsa', subject: 'CN=Werk Süd, O=Example', serial: '00f26900ba87010203' });
  const openssl = new X509Certificate(pem);
  const read = readCertificate(pem);
  expect(read?.serialHex).toBe('00f26900ba87010203');
  expect(openssl.serialNumber).toBe('F26900BA87010203');
  expect(read?.commonNames).toEqual(['Werk Süd']);
  expect(read?.isCa).toBe(true);
  expect([read?.validBegin, read?.validEnd]).toEqual([1_577_836_800_000, 2_493_072_000_000]);
  expect(read?.issuer.equals(read.subject)).toBe(true);
});

test('two common names are both seen', async () => {
  const pem = await makeVerification(await makeCa(), '', { subject: 'CN=one, CN=two' });
  expect(readCertificate(pem)?.commonNames).toEqual(['one', 'two']);
});

test('text that is not exactly one certificate is not read, and never throws', async () => {
  const { pem } = await makeCa();
  const crlf = pem.replaceAll('\n', '\r\n');
  expect(readCertificate(crlf)?.isCa).toBe(true);
  const broken = [
    '',
    pem + pem,
    pem.replaceAll('\n', '\\n'),
    pem.replaceAll('CERTIFICATE', 'DEVICECERTIFICATE'),
    pem.replace('MII', 'AII'),
    pem.slice(0, 200),
    `-----BEGIN CERTIFICATE-----\n${'A'.repeat(100)}\n-----END CERTIFICATE-----\n`,
    `${pem}${' '.repeat(70_000)}`,
  ];
  for (const text of broken) expect(readCertificate(text)).toBeUndefined();
});

test('a serial has one canonical spelling and four written ones', () => {
  expect(['00:F2:6A', 'f26a', '00f26a', '0f26A'.slice(1)].map(canonicalSerial)).toEqual([
    'f26a',
    'f26a',
    'f26a',
    'f26a',
  ]);
  expect(canonicalSerial('00')).toBe('0');
  expect(spellSerial('00f2', { serialZeros: 'as-encoded', serialLetters: 'lower' })).toBe('00f2');
  expect(spellSerial('00f2', { serialZeros: 'stripped', serialLetters: 'upper' })).toBe('F2');
  expect(spellSerial('00', { serialZeros: 'stripped', serialLetters: 'lower' })).toBe('00');
});
