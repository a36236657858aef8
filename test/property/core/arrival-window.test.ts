import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createArrivalWindow } from '../../../shared/core/arrival-window.ts';

/** One call: how long it takes to arrive, then how long its answer takes to come back; milliseconds. */
interface Way {
  readonly there: number;
  readonly back: number;
}

const duration = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 20, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 3000, noNaN: true }) },
);
const ways = fc.array(fc.record({ there: duration, back: duration }), { minLength: 1, maxLength: 120 });
const budgets = fc.integer({ min: 1, max: 12 });

/** Sends every call as early as the window lets it; gives the times of leaving and of arriving. */
function run(perSecond: number, calls: readonly Way[]): { readonly left: number[]; readonly arrived: number[] } {
  const window = createArrivalWindow(perSecond);
  const left: number[] = [];
  const arrived: number[] = [];
  let answers: number[] = []; // ascending, still to come
  let now = 0;
  for (const { there, back } of calls) {
    for (let wait = window.wait(now); wait !== 0; wait = window.wait(now)) {
      const free = wait === undefined ? Number.POSITIVE_INFINITY : now + wait;
      const answer = answers[0] ?? Number.POSITIVE_INFINITY;
      now = Math.min(free, answer);
      if (answer > free) continue;
      window.settled(now);
      answers = answers.slice(1);
    }
    window.left();
    left.push(now);
    arrived.push(now + there);
    answers = [...answers, now + there + back].sort((a, b) => a - b);
  }
  return { left, arrived };
}

function mostInOneSecond(times: readonly number[]): number {
  return Math.max(...times.map((start) => times.filter((time) => time >= start && time - start <= 1000).length));
}

test('no second sees more arrivals than the budget, however long calls and answers are on their way', () => {
  fc.assert(
    fc.property(budgets, ways, (perSecond, calls) => {
      expect(mostInOneSecond(run(perSecond, calls).arrived)).toBeLessThanOrEqual(perSecond);
    }),
    { numRuns: 500 },
  );
});

test('nothing waits longer than a second for calls whose answers come at once', () => {
  fc.assert(
    fc.property(budgets, fc.integer({ min: 1, max: 100 }), (perSecond, count) => {
      const { left } = run(
        perSecond,
        Array.from({ length: count }, () => ({ there: 0, back: 0 })),
      );
      const seconds = Math.floor((count - 1) / perSecond);
      expect(left.at(-1)).toBeCloseTo(seconds * 1000.01, 6);
    }),
  );
});
