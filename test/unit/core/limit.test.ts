import { expect, test } from 'vitest';
import { createLimit, eachLimited, mapLimited } from '../../../shared/core/limit.ts';

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

test('after a failure nothing more is begun, what is under way is waited for, and the first failure is thrown', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const all = eachLimited([1, 2, 3, 4, 5, 6], 3, async (item) => {
    begun.push(item);
    for (let turn = 0; turn < item * 3; turn += 1) await Promise.resolve();
    ended.push(item);
    if (item < 3) throw new Error(`item ${item}`);
  });
  await expect(all).rejects.toThrow('item 1');
  expect({ begun, ended }).toEqual({ begun: [1, 2, 3], ended: [1, 2, 3] });
});

test('items are taken as places become free', async () => {
  const taken: number[] = [];
  function* items(): Generator<number> {
    for (let item = 1; item <= 1000; item += 1) {
      taken.push(item);
      yield item;
    }
  }
  let most = 0;
  let done = 0;
  await eachLimited(items(), 4, async () => {
    most = Math.max(most, taken.length - done);
    await Promise.resolve();
    done += 1;
  });
  expect([done, most]).toEqual([1000, 4]);
  await expect(eachLimited([1], 0, () => Promise.resolve())).rejects.toThrow(RangeError);
});
