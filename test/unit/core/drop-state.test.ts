import { expect, test } from 'vitest';
import { parseDropId } from '../../../shared/core/drop-identity.ts';
import { nextTryAt, progressOf, readFolderState } from '../../../shared/core/drop-state.ts';
import { etagOf, type ObjectVersion, objectKey } from '../../../shared/core/object-version.ts';
import { epochMs } from '../../../shared/core/time.ts';

const PREFIX = 'state/register/i/c/';
const A = 'aaaaaaaaaaaaaaaa';
const B = 'bbbbbbbbbbbbbbbb';
const at = (name: string, lastModified: number): ObjectVersion => ({
  key: objectKey(PREFIX + name),
  etag: etagOf('ab'),
  size: 1,
  lastModified: epochMs(lastModified),
});

test('the names alone tell how far each drop got, newest decision first', () => {
  const state = readFolderState(PREFIX, [
    at(`${A}/attempt.json`, 1000),
    at(`${A}/accepted.json`, 1500),
    at(`${A}/decision.json`, 2000),
    at(`${A}/done.json`, 3000),
    at(`${B}/decision.json`, 9000),
    at(`codes/${'c'.repeat(64)}.json`, 1),
    at('lease/000000000001', 1),
    at(`told/${'d'.repeat(32)}.json`, 1),
    at('someone-elses.txt', 1),
  ]);
  expect(state.drops).toEqual([
    { dropId: B, attempted: false, accepted: false, decidedAt: 9000, done: false, blocked: undefined },
    { dropId: A, attempted: true, accepted: true, decidedAt: 2000, done: true, blocked: undefined },
  ]);
  expect(state.codeHashes).toEqual(['c'.repeat(64)]);
  expect([...state.told]).toEqual(['d'.repeat(32)]);
});

test('the latest of several blocked tries counts, whatever the order of the listing', () => {
  const state = readFolderState(PREFIX, [at(`${A}/blocked-10.json`, 7000), at(`${A}/blocked-2.json`, 5000)]);
  expect(progressOf(state, parseDropId(A) ?? fail()).blocked).toEqual({ count: 10, lastAt: 7000 });
});

test('a blocked drop is tried again after 10 minutes, 1 hour, 6 hours, and then daily', () => {
  const waits = [1, 2, 3, 4, 50].map((count) => nextTryAt({ count, lastAt: epochMs(0) }));
  expect(waits).toEqual([600_000, 3_600_000, 21_600_000, 86_400_000, 86_400_000]);
});

function fail(): never {
  throw new Error('the fixture must be readable');
}
