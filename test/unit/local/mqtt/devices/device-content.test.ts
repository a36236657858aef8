import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { readCertificate } from '../../../../../local/mqtt/certificate.ts';
import { makeUpContent } from '../../../../../local/mqtt/devices/device-content.ts';

const ISSUER = Buffer.from('3011310f300d06035504030c06576f726b7331', 'hex'); // CN=Works1
const DEVICE = {
  caSerialHex: '0a',
  serialHex: '0c41d2aa90',
  name: 'press-17',
  validFrom: 1_767_225_600_000,
  validUntil: 2_082_758_400_000,
  status: 'active',
  pem: undefined,
} as const;

test('every serial, name and date gives a certificate that OpenSSL reads as meant', () => {
  const cases = [
    [DEVICE, '0C41D2AA90', 'CN=press-17', 2_082_758_400_000],
    [{ ...DEVICE, serialHex: '00f2' }, 'F2', 'CN=press-17', 2_082_758_400_000],
    [{ ...DEVICE, serialHex: '000000f2' }, 'F2', 'CN=press-17', 2_082_758_400_000],
    [{ ...DEVICE, serialHex: '00' }, '0', 'CN=press-17', 2_082_758_400_000],
    [{ ...DEVICE, serialHex: '7f'.repeat(64) }, '7F'.repeat(64), 'CN=press-17', 2_082_758_400_000],
    [{ ...DEVICE, name: '西线' }, '0C41D2AA90', 'CN=西线', 2_082_758_400_000],
    [{ ...DEVICE, name: '七'.repeat(256) }, '0C41D2AA90', `CN=${'七'.repeat(256)}`, 2_082_758_400_000],
    [{ ...DEVICE, validUntil: 2_524_607_999_000 }, '0C41D2AA90', 'CN=press-17', 2_524_607_999_000], // 2049-12-31
    [{ ...DEVICE, validUntil: 2_524_608_000_000 }, '0C41D2AA90', 'CN=press-17', 2_524_608_000_000], // 2050-01-01
    [{ ...DEVICE, validUntil: 253_402_300_799_999 }, '0C41D2AA90', 'CN=press-17', 253_402_300_799_000],
  ] as const;
  for (const [device, serial, subject, validUntil] of cases) {
    const certificate = new X509Certificate(makeUpContent(device, ISSUER));
    expect([certificate.serialNumber, certificate.subject, certificate.issuer]).toEqual([serial, subject, 'CN=Works1']);
    expect(Date.parse(certificate.validTo)).toBe(validUntil);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65_537n });
  }
});

test('the content is the same every time, another for another device, and no CA', () => {
  const content = makeUpContent(DEVICE, ISSUER);
  expect(makeUpContent(DEVICE, ISSUER)).toBe(content);
  const other = makeUpContent({ ...DEVICE, serialHex: '0c41d2aa91' }, ISSUER);
  expect(new X509Certificate(other).publicKey.equals(new X509Certificate(content).publicKey)).toBe(false);
  expect(readCertificate(content)).toMatchObject({ isCa: false, commonNames: ['press-17'], serialHex: '0c41d2aa90' });
});
