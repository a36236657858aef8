import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { slsJson } from '../../../shared/adapters/sls-json.ts';

const PLAIN = Buffer.from('{"meta":{"progress":"Complete"}}');
const READ = { meta: { progress: 'Complete' } };

test('an answer is read as it came: plain, or compressed as its header says', () => {
  expect(slsJson({ headers: {}, body: PLAIN })).toEqual(READ);
  expect(slsJson({ headers: { 'x-log-compresstype': 'gzip' }, body: gzipSync(PLAIN) })).toEqual(READ);
  expect(slsJson({ headers: { 'x-log-compresstype': 'deflate' }, body: deflateSync(PLAIN) })).toEqual(READ);
  expect(slsJson({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(PLAIN) })).toEqual(READ);
});

test('what is not what it says it is, or unpacks without end, is no JSON', () => {
  expect(slsJson({ headers: { 'x-log-compresstype': 'gzip' }, body: PLAIN })).toBeUndefined();
  expect(slsJson({ headers: {}, body: Buffer.from('<html>') })).toBeUndefined();
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, 0x20));
  expect(slsJson({ headers: { 'x-log-compresstype': 'gzip' }, body: bomb })).toBeUndefined();
});
