import { expect, test } from 'vitest';
import { parseAuthorization, signV3 } from '../../../../local/mqtt/signature.ts';
import { type SignedRequest, sha256Hex } from '../../../../local/signed-request.ts';

const SECRET = 'secretsecretsecretsecretsecre0';
const SIGNED = ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-version'];
const REQUEST: SignedRequest = {
  method: 'GET',
  path: '/',
  query: [...new URLSearchParams('MqttInstanceId=post-cn-aaaa1111&DeviceSn=0a1b2c3d&CaSn=00f2ab(1)*~%20x')],
  headers: new Map([
    ['host', '127.0.0.1:9000'],
    ['x-acs-action', 'GetDeviceCertificate'],
    ['x-acs-content-sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['x-acs-date', '2026-01-02T03:04:05Z'],
    ['x-acs-signature-nonce', '0123456789abcdef0123456789abcdef'],
    ['x-acs-version', '2020-04-20'],
  ]),
};

test('the golden request has the golden signature, whatever the order of header names', () => {
  const signature = '2f01ed73fa2c52bb47287333437c0da0b52ebbb42ddd8b3567c7c76d3c623fbc';
  expect(signV3(REQUEST, SIGNED, SECRET)).toBe(signature);
  expect(signV3(REQUEST, [...SIGNED].reverse(), SECRET)).toBe(signature);
});

test('an empty body hashes to the hash of nothing', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('only a complete authorization of the algorithm is read', () => {
  const signature = 'a'.repeat(64);
  expect(
    parseAuthorization(`ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=host;x-acs-date,Signature=${signature}`),
  ).toEqual({
    accessKeyId: 'AK',
    signedHeaders: ['host', 'x-acs-date'],
    signature,
  });
  for (const header of ['', 'ACS3-HMAC-SHA256', `ACS3-HMAC-SHA256 Credential=AK,Signature=${signature}`, 'OSS AK:x']) {
    expect(parseAuthorization(header)).toBeUndefined();
  }
});
