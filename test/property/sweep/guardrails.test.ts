import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, DEVICES, type Event, History, HOUR, type Settings, type SweepStep, sweep } from './sweep-oracle.ts';

const device = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: DEVICES - 1 }));
const settings: fc.Arbitrary<Settings> = fc.record({
  mode: fc.constantFrom('act', 'act', 'act', 'observe'),
  firstSight: fc.constantFrom('act', 'act', 'ask'),
  waitMs: fc.constantFrom(0, 0, 2 * HOUR),
});
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** What can happen at any moment, also while a sweep acts. */
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('switch' as const), device, on: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ca' as const),
      state: fc.constantFrom('inactive' as const, 'unreadable' as const, 'active' as const, 'active' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      device,
      until: fc.constantFrom('', '2026-01-06', 'soon', '2027-01-01'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unhold' as const), device }) },
  fc.record({ do: fc.constant('nameless' as const), isThere: fc.constantFrom(true, false, false, false) }),
  fc.record({ do: fc.constant('pause' as const), to: fc.constantFrom('yes', 'unreadable', 'no', 'no', 'no', 'no') }),
  fc.record({ do: fc.constant('ask' as const), device, asked: fc.boolean() }),
  fc.record({ do: fc.constant('watch' as const), device, on: fc.constantFrom(true, true, false) }),
  fc.record({
    do: fc.constant('expire' as const),
    device,
    inMs: fc.constantFrom(-DAY, HOUR, 30 * DAY, 4000 * DAY),
  }),
  fc.record({ do: fc.constant('deploy' as const), settings }),
  { weight: 2, arbitrary: fc.constant({ do: 'release' as const }) },
  fc.constant({ do: 'unrelease' as const }),
);

/** What stops an activation that is to be sent again. */
const stop: fc.Arbitrary<Event> = fc.oneof(
  fc.constant({ do: 'pause' as const, to: 'yes' as const }),
  fc.record({ do: fc.constant('hold' as const), device, until: fc.constant('') }),
  fc.record({ do: fc.constant('deploy' as const), settings }),
  event,
);

const sweepStep: fc.Arbitrary<SweepStep> = fc.record({
  do: fc.constant('sweep' as const),
  sends: fc.constantFrom('work', 'work', 'work', 'refused', 'lost-done', 'lost-undone', 'lost-undone'),
  diesAt: rarely(fc.integer({ min: 0, max: 24 })),
  meanwhile: rarely(fc.record({ at: fc.integer({ min: 0, max: 24 }), event })),
  between: rarely(fc.record({ at: fc.integer({ min: 0, max: 2 }), event: stop })),
});
const step: fc.Arbitrary<SweepStep | Event> = fc.oneof(
  { weight: 8, arbitrary: sweepStep },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('switch' as const), device, on: fc.constant(false) }) },
  { weight: 10, arbitrary: event },
  fc.record({ do: fc.constant('mass' as const), from: device, count: fc.integer({ min: 5, max: 25 }) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(HOUR, 6 * HOUR, DAY, 6 * DAY, 8 * DAY, -HOUR, -2 * DAY),
    }),
  },
);

test('over 10,000 random histories nothing is activated that the rules forbid, and nothing is left that they demand', () => {
  let activations = 0;
  let stopped = 0;
  let uncertain = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 45, size: 'max' }), settings, (steps, first) => {
      const history = new History(first);
      for (const one of steps) {
        if (one.do !== 'sweep') {
          history.happen(one);
          continue;
        }
        history.now += 600_000;
        sweep(history, one);
      }
      activations += history.deeds.length;
      stopped += history.stopped.devices.length;
      uncertain += history.intents.filter(
        ({ results }) => results?.some((one) => one.result === 'unknown') === true,
      ).length;
    }),
    { numRuns: 10_000 },
  );
  // The histories are worth something: much was done in them, much was stopped, and some of it half-way.
  expect(activations).toBeGreaterThan(10_000);
  expect(stopped).toBeGreaterThan(1000);
  expect(uncertain).toBeGreaterThan(50);
}, 120_000);
