import { expect, test } from 'vitest';
import { type CallBudget, createCallBudget } from '../../../shared/adapters/call-budget.ts';

/** Time that moves by waiting only; timers may be made to fire early or very late. */
function fakeTimer(lateness: (wait: number) => number = () => 0) {
  const timer = {
    time: 0,
    now: () => timer.time,
    sleep: (ms: number) => {
      timer.time += ms + lateness(ms);
      return Promise.resolve();
    },
  };
  return timer;
}

const LIMITS = { perSecond: 10, pathJitterMs: 0, catchUpMs: 0 }; // one permit every 100 ms

/** Takes permits one after the other, each answered at once; gives the times at which they came, in milliseconds. */
async function permits(budget: CallBudget, timer: { readonly now: () => number }, count: number): Promise<number[]> {
  const times: number[] = [];
  const one = async (): Promise<void> => {
    await budget.acquire();
    times.push(Math.round(timer.now()));
    budget.answered();
  };
  await Promise.all(Array.from({ length: count }, one));
  return times;
}

test('permits come one spacing apart, the first one spacing after the start, in the order of asking', async () => {
  const timer = fakeTimer();
  const budget = createCallBudget(LIMITS, timer);
  const got: [number, number][] = [];
  await Promise.all([1, 2, 3].map((n) => budget.acquire().then(() => got.push([n, Math.round(timer.time)]))));
  expect(got).toEqual([
    [1, 100],
    [2, 200],
    [3, 300],
  ]);
});

test('a timer that fires early does not bring a permit early', async () => {
  const timer = fakeTimer((wait) => (wait > 50 ? -1 : 0));
  const budget = createCallBudget(LIMITS, timer);
  await budget.acquire();
  expect(timer.time).toBeGreaterThanOrEqual(100);
});

test('a process frozen for a minute wakes to one permit, not to the backlog', async () => {
  let freezes = 1;
  const timer = fakeTimer(() => (freezes-- > 0 ? 60_000 : 0));
  const budget = createCallBudget(LIMITS, timer);
  expect(await permits(budget, timer, 4)).toEqual([60_100, 60_200, 60_300, 60_400]);
});

test('timers that are late time and again cost nothing of the budget, as long as they are not very late', async () => {
  const timer = fakeTimer(() => 15);
  const budget = createCallBudget({ perSecond: 50 }, timer); // one permit every 20 ms
  const times = await permits(budget, timer, 50);
  expect(times.at(-1)).toBeLessThanOrEqual(50 * 20 + 15);
});

test('of a long stall no more than a fiftieth of a second is made up for', async () => {
  let stalls = 1;
  const timer = fakeTimer(() => (stalls-- > 0 ? 500 : 0));
  const budget = createCallBudget({ perSecond: 100 }, timer); // one permit every 10 ms
  expect(await permits(budget, timer, 5)).toEqual([510, 510, 510, 520, 530]);
});

test('a call that was long on its way keeps its place for a second from its answer on', async () => {
  const timer = fakeTimer();
  const budget = createCallBudget({ perSecond: 3, pathJitterMs: 0, catchUpMs: 0 }, timer); // one every 333.33 ms
  await budget.acquire();
  expect(Math.round(timer.time)).toBe(333);
  timer.time = 633; // 300 ms for its answer
  budget.answered();
  expect(await permits(budget, timer, 4)).toEqual([667, 1000, 1633, 1966]);
});

test('without answers no more calls leave than the budget of one second', async () => {
  const timer = fakeTimer();
  const budget = createCallBudget(LIMITS, timer);
  let left = 0;
  const all = Promise.all(
    Array.from({ length: 11 }, async () => {
      await budget.acquire();
      left += 1;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(left).toBe(10);
  const answeredAt = timer.time;
  budget.answered();
  await all;
  expect(timer.time - answeredAt).toBeCloseTo(1000.01, 6);
});

test('throttling spreads the following permits', async () => {
  const timer = fakeTimer();
  const budget = createCallBudget(LIMITS, timer);
  await budget.acquire();
  budget.throttled();
  await budget.acquire();
  await budget.acquire();
  expect(Math.round(timer.time)).toBe(343); // 100, 200 (due before the cut), then 100 / 0.7 later
});

test('the real timer paces real time', async () => {
  const started = performance.now();
  const budget = createCallBudget({ perSecond: 100 });
  await permits(budget, performance, 5);
  expect(performance.now() - started).toBeGreaterThanOrEqual(5 * 10 - 20.1); // the catch-up may shorten it by 20 ms
});
