import { expect, test } from 'vitest';
import type { Outcome } from '../../shared/core/outcome.ts';
import { blocked, keyDropped, misplaced, pairRejected, registered } from '../support/alert-samples.ts';
import { INSTANCE, type NotifyWorld, notifyWorld } from '../support/notify-world.ts';
import type { CallWatch } from '../support/service-world.ts';

/** What waits, and what was told before. */
interface Scenario {
  readonly name: string;
  readonly before?: (world: NotifyWorld) => Promise<void>;
  readonly waits: (world: NotifyWorld) => Promise<void>;
  /** After a crash the lease of the dead run has to run out; then the timer comes, until all is told. */
  readonly minutes: number;
}

/** Alerts of the last minute, a second apart, so that their order is always the same. */
function alerts(world: NotifyWorld, ...outcomes: readonly Outcome[]): Promise<void> {
  const first = world.clock.now() - 30_000;
  return world.writeAlerts(outcomes.map((outcome, index) => world.recordOf(outcome, first + index * 1000)));
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'single messages, a count and a mute',
    minutes: 5,
    before: async (world) => {
      await alerts(world, blocked('told'));
      await world.minutes(1);
    },
    waits: async (world) => {
      const until = new Date(world.clock.now() + 86_400_000).toISOString();
      await world.put('control/mutes/m.csv', `drop-misplaced,,Li,known,${until}\nserial-taken,${INSTANCE},,,\n`);
      await alerts(
        world,
        keyDropped('a'),
        keyDropped('b'),
        pairRejected('c'),
        blocked('d'),
        blocked('e'),
        misplaced('f'),
      );
    },
  },
  {
    name: 'digests with the end of a condition',
    minutes: 8,
    before: async (world) => {
      await alerts(world, blocked('told'), blocked('other', 'InstancePermissionCheckFailed'));
      await world.minutes(1);
      world.clock.advance(4_000_000);
    },
    waits: (world) =>
      alerts(
        world,
        ...[registered('f'), keyDropped('a'), blocked('b', 'ThirdCode'), pairRejected('c', 'r1')],
        ...[pairRejected('d', 'r2'), pairRejected('e', 'r3')],
      ),
  },
];

/** The end of the telling: what people read, what is left, and what is remembered. */
async function endOf(world: NotifyWorld) {
  const memory = (await world.keys('state/notify/memory/')).at(-1) ?? '';
  const { conditions } = JSON.parse(await world.text(memory)) as {
    conditions: { causeId: string; untold: number; events: string[] }[];
  };
  return {
    read: [...world.titles()].sort(),
    outbox: await world.keys('outbox/'),
    open: await world.keys('state/notify/messages/'),
    conditions: conditions.map(({ causeId, events, untold }) => ({ causeId, untold, events: [...events].sort() })),
    muted: world.outcomes('alerts-muted').map((fields) => fields['rule_inputs']),
  };
}

/** Dies at the n-th moment and stays dead: nothing after it happens, as when a machine is switched off. */
function dieAt(moment: number): { readonly watch: CallWatch; readonly died: () => string | undefined } {
  let count = 0;
  let died: string | undefined;
  return {
    died: () => died,
    watch: (when, call) => {
      count += 1;
      if (count >= moment) {
        died ??= `${when} ${call}`;
        throw new Error('switched off');
      }
    },
  };
}

async function begin(scenario: Scenario): Promise<NotifyWorld> {
  const world = await notifyWorld();
  await scenario.before?.(world);
  await scenario.waits(world);
  return world;
}

test.each(SCENARIOS)('$name are told once, wherever the run was killed', async (scenario) => {
  const clean = await begin(scenario);
  await clean.minutes(scenario.minutes);
  const expected = await endOf(clean);
  expect(expected).toMatchObject({ outbox: [], open: [] });

  const died: string[] = [];
  for (let moment = 1; ; moment += 1) {
    const world = await begin(scenario);
    const death = dieAt(moment);
    await world.tell({ watch: death.watch }).catch(() => undefined);
    const where = death.died();
    if (where === undefined) break;
    died.push(where);
    await world.minutes(scenario.minutes);
    expect(await endOf(world), `killed ${where}`).toEqual(expected);
  }
  // Every call of a run was died at twice: before it, and after it was made.
  expect(died.length).toBeGreaterThan(60);
});

/** Where the first run dies, and what it leaves behind. */
const LEFT_BEHIND = [
  { after: 'put state/notify/messages/', times: 2, what: 'a message that is written down' },
  { after: 'send', times: 1, what: 'a message that was sent' },
  { after: 'delete', times: 1, what: 'a message half cleared away' },
] as const;

test.each(LEFT_BEHIND)('a run that takes up $what and is killed too changes nothing', async ({ after, times }) => {
  const [scenario] = SCENARIOS;
  if (scenario === undefined) throw new Error('no scenario');
  const minutes = scenario.minutes + 4;
  const clean = await begin(scenario);
  await clean.minutes(minutes);
  const expected = await endOf(clean);

  const died: string[] = [];
  for (let moment = 1; ; moment += 3) {
    const world = await begin(scenario);
    await expect(world.tell({ watch: dieAfter(after, times) })).rejects.toThrow('switched off');
    // The lease of the dead run has run out by then.
    world.clock.advance(4 * 60_000);
    const death = dieAt(moment);
    await world.tell({ watch: death.watch }).catch(() => undefined);
    const where = death.died();
    if (where === undefined) break;
    died.push(where);
    await world.minutes(minutes);
    expect(await endOf(world), `killed again ${where}`).toEqual(expected);
  }
  expect(died.length).toBeGreaterThan(20);
});

/** Dies once a call was made so often. */
function dieAfter(name: string, times: number): CallWatch {
  let count = 0;
  return (when, call) => {
    if (count >= times) throw new Error('switched off');
    if (when === 'after' && call.startsWith(name)) count += 1;
    if (count >= times) throw new Error('switched off');
  };
}
