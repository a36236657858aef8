import { expect, test } from 'vitest';
import { createCallBudget } from '../../../shared/adapters/call-budget.ts';

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

const LIMITS = { perSecond: 10, pathJitterMs: 0, catchUpMs: 0 }; // one permit every 100.001 ms

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
  const times: number[] = [];
  await Promise.all(Array.from({ length: 4 }, () => budget.acquire().then(() => times.push(Math.round(timer.time)))));
  expect(times).toEqual([60_100, 60_200, 60_300, 60_400]);
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
  for (let calls = 0; calls < 5; calls += 1) await budget.acquire();
  expect(performance.now() - started).toBeGreaterThanOrEqual(5 * 10.5 - 2.1); // the catch-up may shorten it by 2 ms
});
