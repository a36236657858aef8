import { expect, test } from 'vitest';
import { createLimit, mapLimited } from '../../../shared/core/limit.ts';

test('no more tasks are under way than there are places, and results keep the order of the items', async () => {
  let now = 0;
  let most = 0;
  const results = await mapLimited([5, 1, 4, 2, 3], 2, async (turns) => {
    now += 1;
    most = Math.max(most, now);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    now -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('a task that fails gives its place back', async () => {
  const limit = createLimit(1);
  await expect(limit(() => Promise.reject(new Error('first')))).rejects.toThrow('first');
  expect(await limit(() => Promise.resolve('second'))).toBe('second');
});

test('tasks start in the order they came', async () => {
  const limit = createLimit(1);
  const started: number[] = [];
  await Promise.all([1, 2, 3, 4].map((n) => limit(() => Promise.resolve(started.push(n)))));
  expect(started).toEqual([1, 2, 3, 4]);
});

test('a limit without places is refused', () => {
  expect(() => createLimit(0)).toThrow(RangeError);
  expect(() => createLimit(1.5)).toThrow(RangeError);
});
