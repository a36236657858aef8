import { expect, test } from 'vitest';
import { parseDropId } from '../../../shared/core/drop-identity.ts';
import { nextTryAt, outdatedState, progressOf, readFolderState } from '../../../shared/core/drop-state.ts';
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

test('what was done or told 90 days ago is forgotten, the done mark last; nothing that is open or young is', () => {
  const DAY = 86_400_000;
  const told = (digit: string, time: number): ObjectVersion => at(`told/${digit.repeat(32)}.json`, time);
  const objects = [
    at(`${A}/accepted.json`, 0),
    at(`${A}/decision.json`, 0),
    at(`${A}/done.json`, DAY),
    at(`${B}/decision.json`, 0), // open, however old
    at('cccccccccccccccc/attempt.json', 0),
    at('cccccccccccccccc/done.json', 2 * DAY), // not 90 days ago
    at('dddddddddddddddd/done.json', 0), // what a crash in the middle of deleting leaves
    at(`codes/${'c'.repeat(64)}.json`, 0),
    at('lease/000000000001', 0),
    told('1', 0),
    told('2', 2 * DAY),
    at('someone-elses.txt', 0),
  ];
  const names = (now: number): readonly string[] =>
    outdatedState(PREFIX, objects, epochMs(now)).map((key) => key.slice(PREFIX.length));
  expect(names(91 * DAY + 1)).toEqual([
    `${A}/accepted.json`,
    `${A}/decision.json`,
    `told/${'1'.repeat(32)}.json`,
    `${A}/done.json`,
    'dddddddddddddddd/done.json',
  ]);
  expect(names(90 * DAY)).toEqual([]);
});

function fail(): never {
  throw new Error('the fixture must be readable');
}
