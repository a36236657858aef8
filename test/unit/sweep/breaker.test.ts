import { expect, test } from 'vitest';
import { type BreakerCounts, breakerLimit, weigh } from '../../../shared/core/sweep/breaker.ts';

test.each([
  [0, 10],
  [1000, 10],
  [1099, 10],
  [1100, 11],
  [9999, 99],
  [10_000, 100],
  [1_000_000, 100],
])('of %d registered devices %d may be switched on in a day', (registered, limit) => {
  expect(breakerLimit(registered)).toBe(limit);
});

const counts = (changes: Partial<BreakerCounts>): BreakerCounts => ({
  survivors: 0,
  released: 0,
  actedUnderCa: 0,
  actedOnInstance: 0,
  registeredWatched: 1000,
  ...changes,
});

test.each<[string, Partial<BreakerCounts>, boolean]>([
  ['as many as may be', { survivors: 10 }, false],
  ['one more', { survivors: 11 }, true],
  ['one after as many as may be', { survivors: 1, actedUnderCa: 10, actedOnInstance: 10 }, true],
  ['one before that', { survivors: 1, actedUnderCa: 9, actedOnInstance: 9 }, false],
  ['the last one of an instance', { survivors: 1, actedOnInstance: 199 }, false],
  ['one more than an instance may need', { survivors: 1, actedOnInstance: 200 }, true],
  ['nobody, after too many', { survivors: 0, actedUnderCa: 50, actedOnInstance: 300 }, false],
  ['only released ones', { survivors: 30, released: 30 }, false],
  ['one beside the released ones', { survivors: 31, released: 30 }, true],
])('the breaker and %s', (_, changes, isOpen) => {
  expect(weigh(counts(changes)).isOpen).toBe(isOpen);
});

test('what the breaker weighed is told', () => {
  expect(weigh(counts({ survivors: 30, actedUnderCa: 2, actedOnInstance: 5 })).inputs).toEqual({
    survivors: 30,
    released: 0,
    actedUnderCa: 2,
    actedOnInstance: 5,
    registeredWatched: 1000,
    limit: 10,
    instanceLimit: 200,
  });
});
