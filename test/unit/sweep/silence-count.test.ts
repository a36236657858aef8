import { expect, test } from 'vitest';
import { countCall, type EndedCall, NO_SILENCE } from '../../../shared/core/sweep/silence-count.ts';
import { epochMs } from '../../../shared/core/time.ts';

/** One of several calls, without an answer, that takes from one second to another. */
const lost = (from: number, to: number): EndedCall => ({
  startedAt: epochMs(from * 1000),
  endedAt: epochMs(to * 1000),
  isAnswered: false,
  isAlone: false,
});
const heard = (at: number): EndedCall => ({ ...lost(at, at), isAnswered: true });
const count = (calls: readonly EndedCall[]): number => calls.reduce(countCall, NO_SILENCE).count;

test('calls that were under way together and brought no answer count once', () => {
  const together = Array.from({ length: 24 }, (_, index) => lost(index / 10, 5 + index / 10));
  expect(count(together)).toBe(1);
  expect(count([...together, lost(6.2, 11.2), lost(6.3, 11.3), lost(12.2, 17.2)])).toBe(3);
});

test('calls one after the other count each, however quickly they follow', () => {
  expect(count([lost(0, 5), lost(5, 10), lost(10, 10), lost(10, 10)].map((call) => ({ ...call, isAlone: true })))).toBe(
    4,
  );
});

test('of connections that are cut as soon as they are opened one counts for each second', () => {
  expect(count(Array.from({ length: 400 }, (_, index) => lost(index / 20, index / 20)))).toBe(20);
});

test('any answer in between begins the count anew', () => {
  expect(count([lost(0, 5), lost(6, 11), heard(11)])).toBe(0);
  expect(count([lost(0, 5), lost(6, 11), heard(11), lost(10, 15)])).toBe(1);
});
