import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { isContentMd5, parseFcAuthorization, signFc } from '../../../../local/fc/fc-signature.ts';

const { getSignature } = createRequire(import.meta.url)('@alicloud/fc2') as {
  readonly getSignature: (
    id: string,
    secret: string,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ) => string;
};

const HEADERS = {
  'x-fc-invocation-type': 'Async',
  'x-fc-account-id': '1234567890123456',
  host: '127.0.0.1',
  date: 'Wed, 04 Mar 2026 05:06:07 GMT',
  'content-type': 'application/octet-stream',
  'content-md5': 'OTAwMTUwOTgzY2QyNGZiMGQ2OTYzZjdkMjhlMTdmNzI=',
};
const PATH = '/2023-03-30/functions/sweep/invocations';

test('the signature is the one the vendor’s SDK computes, byte for byte', () => {
  const ours = signFc({ method: 'POST', path: PATH, headers: new Map(Object.entries(HEADERS)) }, 'secret');
  expect(ours).toBe('QkCQq1q/Mi8tflqJVVb9AfYGOH/pYfk5u0QZ5NxtVW4=');
  expect(getSignature('LTAI1', 'secret', 'POST', PATH, HEADERS)).toBe(`FC LTAI1:${ours}`);
});

test('a digest of the body counts in the vendor’s form and in the standard one', () => {
  const body = Buffer.from('abc');
  expect(isContentMd5('OTAwMTUwOTgzY2QyNGZiMGQ2OTYzZjdkMjhlMTdmNzI=', body)).toBe(true);
  expect(isContentMd5('kAFQmDzST7DWlj99KOF/cg==', body)).toBe(true);
  expect(isContentMd5('kAFQmDzST7DWlj99KOF/cg==', Buffer.from('abd'))).toBe(false);
});

test.each(['', 'FC LTAI1', 'FC LTAI1:short', 'ACS3-HMAC-SHA256 Credential=LTAI1', 'FC a b:c'])(
  '%j is no authorization of this scheme',
  (header) => {
    expect(parseFcAuthorization(header)).toBeUndefined();
  },
);
