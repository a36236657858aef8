import { expect, test } from 'vitest';
import { readCa } from '../../../shared/adapters/ca-answer.ts';

test.each([
  ['0', 'inactive'],
  [0, 'inactive'],
  ['1', 'active'],
  [1, 'active'],
  ['2', { unknown: '2' }],
  ['', { unknown: '' }],
  [true, { unknown: '' }],
  [null, { unknown: '' }],
  ['active', { unknown: 'active' }],
])('a status of %j is read as %j', (Status, status) => {
  expect(readCa({ Sn: '01', Status })?.status).toEqual(status);
});

test.each([
  ['1767225600000', 1767225600000],
  [1767225600000, 1767225600000],
  ['2026-01-01', undefined],
  ['-1', undefined],
  ['99999999999999999999', undefined],
  [1.5, undefined],
])('a validity of %j is read as %j', (ValidEnd, validUntil) => {
  expect(readCa({ Sn: '01', ValidEnd })?.validUntil).toBe(validUntil);
});

test('what names no readable serial is no CA certificate', () => {
  for (const data of [
    undefined,
    null,
    'x',
    [],
    {},
    { Sn: 1 },
    { Sn: '' },
    { Sn: '00' },
    { Sn: 'xyz' },
    { Sn: '0'.repeat(129) },
  ]) {
    expect(readCa(data)).toBeUndefined();
  }
});

test('content that is no certificate gives no fingerprint and no failure', () => {
  for (const CaContent of [
    '',
    'text',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    7,
    'x'.repeat(70_000),
  ]) {
    const ca = readCa({ Sn: '01', CaContent });
    expect(ca).toBeDefined();
    expect(ca).not.toHaveProperty('fingerprint');
  }
});

test('foreign text is kept short', () => {
  expect(readCa({ Sn: '01', CaName: 'n'.repeat(5000), Status: 's'.repeat(5000) })).toMatchObject({
    name: 'n'.repeat(256),
    status: { unknown: 's'.repeat(40) },
  });
});
