import { expect, test } from 'vitest';
import { canonicalRequestOf, type SignedParts, signV4, stringToSignOf } from '../../../../local/oss/v4-signature.ts';

const DATE = '20231114T221320Z';
const SCOPE = { day: '20231114', region: 'cn-hangzhou' };

function signature(parts: Omit<SignedParts, 'bucket' | 'additionalHeaders'>): string {
  const canonical = canonicalRequestOf({ bucket: 'demo-bucket', additionalHeaders: [], ...parts });
  return signV4('demoSecret0123456789', SCOPE, stringToSignOf(canonical, DATE, SCOPE));
}

const COMMON: readonly [string, string][] = [
  ['x-oss-date', DATE],
  ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
  ['host', 'demo-bucket.oss-cn-hangzhou.aliyuncs.com'],
];

// Computed with ali-oss 6.23.0's own signing functions.
test('a PUT is signed as the SDK signs it', () => {
  const headers = new Map([
    ...COMMON,
    ['x-oss-forbid-overwrite', 'true'],
    ['content-type', 'application/x-pem-file'],
    ['content-md5', 'XUFAKrxLKna5cZ2REBfFkg=='],
  ]);
  expect(signature({ method: 'PUT', key: 'inbox/ca 1.pem', query: new Map(), headers })).toBe(
    '6346f4fd9d1e01521aef25410bac0ac525b604d479ce405dc731a0b221dab2c0',
  );
});

test('a list is signed as the SDK signs it, in whatever order its parameters come', () => {
  const pairs: [string, string][] = [
    ['prefix', 'inbox/'],
    ['list-type', '2'],
    ['continuation-token', 'abc='],
  ];
  for (const query of [new Map(pairs), new Map(pairs.toReversed())]) {
    expect(signature({ method: 'GET', key: '', query, headers: new Map(COMMON) })).toBe(
      'b3e8c06d2e79d86c06e9fc4ade8eda1d4ab5ce31b82455fe4782f905986b2563',
    );
  }
});

test('an additional header is signed and named', () => {
  const parts = {
    method: 'GET',
    bucket: 'b',
    key: "a!'()*/b",
    query: new Map([['uploads', '']]),
    headers: new Map(COMMON),
  };
  expect(canonicalRequestOf({ ...parts, additionalHeaders: ['host'] }).split('\n')).toEqual([
    'GET',
    '/b/a%21%27%28%29%2A/b',
    'uploads',
    'host:demo-bucket.oss-cn-hangzhou.aliyuncs.com',
    'x-oss-content-sha256:UNSIGNED-PAYLOAD',
    'x-oss-date:20231114T221320Z',
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ]);
});

test('an empty ordinary value can be read both ways, a sub-resource only as a bare key', () => {
  const query = new Map([
    ['prefix', ''],
    ['delete', ''],
  ]);
  const parts = { method: 'POST', bucket: 'b', key: '', query, headers: new Map(COMMON), additionalHeaders: [] };
  expect(canonicalRequestOf(parts).split('\n')[2]).toBe('delete&prefix');
  expect(canonicalRequestOf(parts, 'equals').split('\n')[2]).toBe('delete&prefix=');
});
