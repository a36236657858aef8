import { expect, test } from 'vitest';
import type { CallWatch } from '../support/service-world.ts';
import { INSTANCE, type LapOptions, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const WHOLE = '5f0000000000000002';
const DAY = 86_400_000;
const SERIALS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'] as const;
const NEWS = [
  'device-reactivated',
  'reactivation-failed',
  'device-inactive',
  'device-expiring',
  'device-expired',
  'device-missing',
  'device-unreadable',
  'device-recovered',
  'ca-inactive',
  'ca-appeared',
  'ca-vanished',
  'control-changed',
  'watch-changed',
];

/** A fleet after its first sweep; then a device is switched off, one on hold too, one is deleted and one is new. */
async function troubled(): Promise<SweepWorld> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  world.ca('whole', WHOLE);
  world.devices(CA, SERIALS);
  world.devices(CA, ['a8'], world.clock.now() + 20 * DAY);
  world.devices(WHOLE, ['b1', 'b2']);
  const lines = [...SERIALS, 'a8'].map((serial) => `${serial},${CA},yes`);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines, `*,${WHOLE},yes`].join('\n'));
  await world.tick();
  await world.put(
    'control/holds/ann.csv',
    `instance,device_sn,ca_sn,owner,reason,until\n${INSTANCE},a2,${CA},ann,lost,\n`,
  );
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, 'a1', 'inactive');
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, 'a2', 'inactive');
  world.mqtt.engine.deleteDevice(INSTANCE, CA, 'a3');
  world.devices(WHOLE, ['b3']);
  world.mqtt.engine.setDeviceStatus(INSTANCE, WHOLE, 'b3', 'inactive');
  return world;
}

/** What the sweeps did in the end: to the service, and in words. */
function endOf(world: SweepWorld) {
  const changes = world.mqtt.engine.history().filter(({ action, by }) => action === 'activated' && by !== 'console');
  return {
    told: world.told(NEWS),
    active: [...SERIALS, 'a8'].filter((serial) => world.statusOf(CA, serial) === 'active'),
    whole: ['b1', 'b2', 'b3'].filter((serial) => world.statusOf(WHOLE, serial) === 'active'),
    switched: changes.filter(({ changed }) => changed).map(({ device }) => device),
  };
}

/** The newest whole summary. */
function countsOf(world: SweepWorld): Readonly<Record<string, unknown>> {
  const last = world.outcomes('sweep-summary').at(-1);
  return JSON.parse(last?.['rule_inputs'] ?? '{}') as Readonly<Record<string, unknown>>;
}

/** The timer comes until a dead run's lease is over and what it left is done. */
async function ticks(world: SweepWorld, count: number, options?: LapOptions): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await world.tick(options);
}

/**
 * Dies after the n-th call, its answer lost, and stays dead: nothing after it happens, as when a machine is switched off.
 * To die before the next call would leave the same behind.
 */
function dieAfter(moment: number): { readonly watch: CallWatch; readonly died: () => string | undefined } {
  let count = 0;
  let died: string | undefined;
  return {
    died: () => died,
    watch: (when, call) => {
      if (when === 'after') count += 1;
      if (count < moment) return;
      died ??= `${when} ${call}`;
      throw new Error('switched off');
    },
  };
}

const CLEAN = {
  told: {
    'control-changed control/holds/ann.csv added': 1,
    'device-expiring a8 stage-30': 1,
    'device-inactive a1 to-be-activated': 1,
    'device-inactive a2 held': 1,
    'device-inactive b3 to-be-activated': 1,
    'device-missing a3': 1,
    'device-reactivated a1': 1,
    'device-reactivated b3': 1,
    [`watch-changed watch/${INSTANCE}/fleet.csv added`]: 1,
  },
  active: ['a1', 'a4', 'a5', 'a6', 'a7', 'a8'],
  whole: ['b1', 'b2', 'b3'],
  switched: ['00a1', '00b3'],
};
const COUNTS = { watched: 11, healthy: 8, expiring: 1, inactive: 1, missing: 1, unreadable: 0 };

test('a sweep that nothing disturbs acts once, says everything once, and its counts add up', async () => {
  const world = await troubled();
  await ticks(world, 3);
  expect(endOf(world)).toEqual(CLEAN);
  expect(countsOf(world)).toMatchObject(COUNTS);
});

test('wherever a sweep is killed, the next ticks bring it to the same end with the same outcomes', {
  timeout: 480_000,
}, async () => {
  for (let moment = 1; ; moment += 1) {
    const world = await troubled();
    const death = dieAfter(moment);
    await world.tick({ watch: death.watch }).catch(() => undefined);
    if (death.died() === undefined) {
      expect(moment).toBeGreaterThan(50);
      return;
    }
    await ticks(world, 3);
    expect({ died: death.died(), ...endOf(world) }).toEqual({ died: death.died(), ...CLEAN });
    expect({ died: death.died(), ...countsOf(world) }).toMatchObject({ died: death.died(), ...COUNTS });
  }
});

test.each(['arrive', 'lost', 'twice'] as const)(
  'a sweep of several laps whose self-calls %s ends the same',
  async (selfCalls) => {
    const world = await troubled();
    const lap = { timeoutMs: 60_000, callMs: 4_000, selfCalls, settings: { callsAtOnce: 1 } };
    await ticks(world, selfCalls === 'lost' ? 5 : 2, lap);
    const laps = await world.keys('state/sweep/sweeps/');
    expect(laps.filter((key) => key.endsWith('/lap/000003.json')).length).toBeGreaterThan(0);
    await ticks(world, 2);
    expect(endOf(world)).toEqual(CLEAN);
    expect(countsOf(world)).toMatchObject(COUNTS);
  },
);
