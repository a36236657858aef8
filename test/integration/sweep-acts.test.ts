import { expect, test } from 'vitest';
import type { MqttFault } from '../../local/mqtt/faults.ts';
import type { CallWatch } from '../support/service-world.ts';
import { INSTANCE, type LapOptions, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const MINUTE = 60_000;
const DAY = 86_400_000;
const INTENT = /^put state\/sweep\/intents\/.*(?<!-result)\.json$/;
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

/** A fleet that was swept once, of which the first `off` were switched off since. */
async function fleet(count: number, off: number): Promise<{ world: SweepWorld; off: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  world.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  await world.tick();
  switchOff(world, serials.slice(0, off));
  return { world, off: serials.slice(0, off) };
}

function switchOff(world: SweepWorld, serials: readonly string[]): void {
  for (const serial of serials) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, 'inactive');
}

function switchOn(world: SweepWorld, serials: readonly string[]): void {
  for (const serial of serials) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, 'active');
}

function activeOf(world: SweepWorld, serials: readonly string[]): number {
  return serials.filter((serial) => world.statusOf(CA, serial) === 'active').length;
}

const sendsOf = (world: SweepWorld): number =>
  world.mqtt.calls().filter((call) => call.action === 'ActiveDeviceCertificate').length;

/** What the newest summary counts. */
function counts(world: SweepWorld): Readonly<Record<string, unknown>> {
  return inputsOf(world.outcomes('sweep-summary').at(-1));
}

function inputsOf(outcome: Readonly<Record<string, string>> | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(outcome?.['rule_inputs'] ?? '{}') as Readonly<Record<string, unknown>>;
}

/** For each intent, how many devices it named and what became of them. */
async function intentsOf(world: SweepWorld): Promise<readonly (readonly [number, Readonly<Record<string, number>>])[]> {
  const keys = await world.keys('state/sweep/intents/');
  return Promise.all(
    keys
      .filter((key) => !key.endsWith('-result.json'))
      .map(async (key) => {
        const { devices } = JSON.parse(await world.text(key)) as { devices: string[] };
        const resultKey = key.replace('.json', '-result.json');
        const text = keys.includes(resultKey) ? await world.text(resultKey) : '{"results":[]}';
        const became: Record<string, number> = {};
        for (const { result } of (JSON.parse(text) as { results: { result: string }[] }).results) {
          became[result] = (became[result] ?? 0) + 1;
        }
        return [devices.length, became] as const;
      }),
  );
}

/** Dies at a call and stays dead: nothing after it happens, as when a machine is switched off. */
function dieAt(moment: 'before' | 'after', pattern: RegExp, nth = 1): CallWatch {
  let seen = 0;
  return (when, call) => {
    if (when === moment && pattern.test(call)) seen += 1;
    if (seen >= nth) throw new Error('switched off');
  };
}

async function die(world: SweepWorld, watch: CallWatch): Promise<void> {
  await expect(world.tick({ watch })).rejects.toThrow('switched off');
}

async function ticks(world: SweepWorld, count: number, options?: LapOptions): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await world.tick(options);
}

const RESET: MqttFault = { action: 'ActiveDeviceCertificate', fault: 'reset-before', times: 1 };

test('a hold added between two sends of one activation holds: it is looked at anew before the second', async () => {
  const { off, world } = await fleet(10, 1);
  world.mqtt.setFaults([RESET]);
  await world.tick({
    watch: async (moment, call) => {
      if (moment === 'before' && call === 'ActiveDeviceCertificate') {
        await world.put('control/holds/new.csv', `,${off[0] ?? ''},,ann,stop,\n`);
      }
    },
  });
  expect([activeOf(world, off), sendsOf(world)]).toEqual([0, 1]);
  expect(world.told(['device-inactive', 'device-reactivated', 'reactivation-failed'])).toEqual({
    [`device-inactive ${off[0] ?? ''} to-be-activated`]: 1,
    [`device-inactive ${off[0] ?? ''} held`]: 1,
  });
  // It was sent, and may have worked: it weighs like one that did.
  expect(await intentsOf(world)).toEqual([[1, { unknown: 1 }]]);
});

test('an activation that is sent again after its answer was lost says so, and counts', async () => {
  const { off, world } = await fleet(10, 2);
  world.mqtt.setFaults([{ ...RESET, fault: 'reset-after' }]);
  await world.tick();
  expect(activeOf(world, off)).toBe(2);
  const said = world.outcomes('device-reactivated').map((one) => [one['device_sn'], inputsOf(one)['sent']]);
  expect(said).toEqual([
    [off[0], 'not-answered'],
    [off[1], 'answered'],
  ]);
  expect(counts(world)).toMatchObject({ reactivated: 2 });
});

test('an answer about another CA right before the act says nothing of this one: nothing is activated', async () => {
  const { off, world } = await fleet(10, 2);
  world.ca('other', '5f0000000000000002');
  let asked = 0;
  await world.tick({
    answers: (service) => ({
      getCa: (instance, spelling) => {
        asked += 1;
        return service.getCa(instance, asked === 1 ? spelling : '5f0000000000000002');
      },
    }),
  });
  expect([asked, activeOf(world, off), sendsOf(world)]).toEqual([2, 0, 0]);
  const vetoed = world.outcomes('device-inactive').filter((one) => one['reason'] === 'ca-not-active');
  expect(vetoed.map(inputsOf)).toEqual([{ ca: 'unreadable' }, { ca: 'unreadable' }]);
  await world.tick();
  expect(activeOf(world, off)).toBe(2);
});

test('a CA that is switched off between two batches keeps the second one off', async () => {
  const { off, world } = await fleet(4000, 30);
  let batches = 0;
  await world.tick({
    watch: (moment, call) => {
      if (moment !== 'after' || !call.endsWith('-result.json')) return;
      batches += 1;
      if (batches === 1) world.mqtt.engine.setCaStatus(INSTANCE, CA, 'inactive');
    },
  });
  expect([activeOf(world, off), sendsOf(world)]).toEqual([20, 20]);
  expect(Object.keys(world.told(['device-inactive'])).filter((name) => name.endsWith(' ca-not-active'))).toHaveLength(
    10,
  );
  expect(await intentsOf(world)).toEqual([
    [20, { reactivated: 20 }],
    [10, { untouched: 10 }],
  ]);
});

test.each([
  [20, [20]],
  [21, [20, 1]],
  [40, [20, 20]],
])('%d devices are activated in batches of %j', async (count, batches) => {
  const { off, world } = await fleet(4100, count);
  await world.tick();
  expect(activeOf(world, off)).toBe(count);
  expect(await intentsOf(world)).toEqual(batches.map((size) => [size, { reactivated: size }]));
});

test('whoever switches to observing in the middle of a sweep stops what was decided, and is told by what', async () => {
  const { off, world } = await fleet(10, 2);
  await die(world, dieAt('before', INTENT));
  await ticks(world, 3, { settings: { reactivate: 'observe' } });
  expect([activeOf(world, off), sendsOf(world)]).toEqual([0, 0]);
  const paused = world.outcomes('device-inactive').filter(({ reason }) => reason === 'paused');
  expect(paused.map(inputsOf)).toEqual([{ by: 'MQTT_CERTS_REACTIVATE' }, { by: 'MQTT_CERTS_REACTIVATE' }]);
  await world.tick();
  expect(activeOf(world, off)).toBe(2);
});

test('whoever switches to acting in the middle of a sweep has to wait for the next one', async () => {
  const { off, world } = await fleet(10, 1);
  await expect(
    world.tick({ settings: { reactivate: 'observe' }, watch: dieAt('after', /^put .*\/decided\//) }),
  ).rejects.toThrow('switched off');
  world.clock.advance(20 * MINUTE);
  await world.tick();
  expect([activeOf(world, off), world.outcomes('would-reactivate').length]).toEqual([0, 1]);
  await world.tick();
  expect(activeOf(world, off)).toBe(1);
});

test.each(['throttle', 'system-overflow'] as const)(
  'activations that meet %s for a minute are sent again until they work, and none of them has failed',
  async (fault) => {
    const { off, world } = await fleet(10, 3);
    let began = 0;
    await world.tick({
      watch: (moment, call) => {
        if (began > 0 || moment !== 'before' || call !== 'ActiveDeviceCertificate') return;
        began = world.clock.now();
        world.mqtt.setFaults([{ action: call, fault, forMs: MINUTE }]);
      },
    });
    expect(activeOf(world, off)).toBe(3);
    const took = world.clock.now() - began;
    expect([took > MINUTE, took < 2 * MINUTE]).toEqual([true, true]);
    expect(sendsOf(world)).toBeLessThan(40); // waiting grows: a throttled service is not hammered
    expect(counts(world)).toMatchObject({ reactivated: 3, inactive: 0 });
    expect(world.told(['reactivation-failed'])).toEqual({});
  },
);

test('a device that somebody else switches on while ours is throttled has recovered, and was not activated by us', async () => {
  const { off, world } = await fleet(10, 1);
  world.mqtt.setFaults([{ action: 'ActiveDeviceCertificate', fault: 'throttle', times: 2 }]);
  let sends = 0;
  await world.tick({
    watch: (moment, call) => {
      if (moment === 'after' && call === 'ActiveDeviceCertificate') sends += 1;
      if (sends === 2) switchOn(world, off);
    },
  });
  expect(world.told(['device-reactivated', 'device-recovered'])).toEqual({ [`device-recovered ${off[0] ?? ''}`]: 1 });
  expect(counts(world)).toMatchObject({ reactivated: 0, healthy: 10 });
});

test('an activation that is refused for want of permission blocks the instance, told once; once allowed all is done at once', async () => {
  const { off, world } = await fleet(10, 4);
  world.mqtt.setSettings({ deniedActions: ['ActiveDeviceCertificate'] });
  await world.tick();
  expect([activeOf(world, off), sendsOf(world)]).toEqual([0, 1]);
  expect(world.outcomes('instance-blocked').map((one) => [one['instance'], one['api_code']])).toEqual([
    [INSTANCE, 'PermissionCheckFailed'],
  ]);
  expect(world.told(['reactivation-failed', 'device-flapping'])).toEqual({});
  expect(await intentsOf(world)).toEqual([[4, { unsent: 4 }]]);
  world.mqtt.setSettings({ deniedActions: [] });
  await world.tick();
  expect(activeOf(world, off)).toBe(4);
  expect(world.told(['device-flapping', 'breaker-open'])).toEqual({});
});

test('a lap that runs out of time in a batch writes down what it did; the next one does the rest, and nothing twice', async () => {
  const { off, world } = await fleet(10, 8);
  await world.tick({ timeoutMs: 60_000, callMs: 2500, settings: { callsAtOnce: 1 } });
  await world.tick();
  expect([activeOf(world, off), sendsOf(world)]).toEqual([8, 8]);
  const sent = world.outcomes('device-reactivated').map((one) => inputsOf(one)['sent']);
  expect(sent.filter((how) => how === 'answered').length).toBeGreaterThanOrEqual(7);
  const became = await intentsOf(world);
  expect(became.length).toBeGreaterThan(1);
  expect(became.some(([, results]) => (results['unsent'] ?? 0) > 0)).toBe(true);
  expect(world.told(['device-flapping', 'breaker-open'])).toEqual({});
});

test('what a person switched on after our run died with an intent is told as not known to be ours, and not counted', async () => {
  const { off, world } = await fleet(10, 1);
  await die(world, dieAt('after', INTENT));
  switchOn(world, off);
  await ticks(world, 3);
  expect(sendsOf(world)).toBe(0);
  const [told, ...more] = world.outcomes('device-reactivated');
  expect(more).toEqual([]);
  expect(inputsOf(told)).toMatchObject({ sent: 'unknown' });
  expect(told?.['detail']).toContain('whether it was sent is not known and somebody else may have done it');
  expect(world.outcomes('sweep-summary').map((one) => inputsOf(one)['reactivated'])).not.toContain(1);
  // It may have been ours all the same: whoever switches it off now means it.
  switchOff(world, off);
  await world.tick();
  expect([activeOf(world, off), world.outcomes('device-flapping').length]).toEqual([0, 1]);
});

test('an activation that was sent when our run died is told as one that may be ours, by the sweep that takes it up', async () => {
  const { off, world } = await fleet(10, 2);
  await die(world, dieAt('after', /^ActiveDeviceCertificate$/));
  await ticks(world, 3);
  expect([activeOf(world, off), sendsOf(world)]).toEqual([2, 2]);
  const said = world.outcomes('device-reactivated').map((one) => [one['device_sn'], inputsOf(one)['sent']]);
  expect(said).toEqual([
    [off[0], 'unknown'],
    [off[1], 'answered'],
  ]);
});

test('an intent of a sweep that nobody takes up any more is closed as not known to be ours', async () => {
  const { off, world } = await fleet(10, 2);
  await die(world, dieAt('after', INTENT));
  world.clock.advance(2 * DAY);
  switchOn(world, off.slice(0, 1));
  await world.tick();
  expect(world.outcomes('device-reactivated').map((one) => inputsOf(one)['sent'])).toEqual(['unknown']);
  expect(await intentsOf(world)).toEqual([[2, { 'found-active': 1, unknown: 1 }]]);
  expect(world.outcomes('device-flapping').map((one) => one['device_sn'])).toEqual([off[1]]);
});

test('what was held after our run died with an intent weighs as if it had been sent', async () => {
  const { off, world } = await fleet(10, 1);
  await die(world, dieAt('after', INTENT));
  await world.put('control/holds/new.csv', `,${off[0] ?? ''},,ann,stop,\n`);
  await ticks(world, 3);
  expect([sendsOf(world), await intentsOf(world)]).toEqual([0, [[1, { unknown: 1 }]]]);
  await world.remove('control/holds/new.csv');
  await ticks(world, 2);
  expect([activeOf(world, off), sendsOf(world)]).toEqual([0, 0]);
  expect(world.outcomes('device-flapping').map((one) => one['device_sn'])).toEqual(off);
  world.clock.advance(DAY);
  await world.tick();
  expect(world.outcomes('device-flapping').map((one) => one['device_sn'])).toEqual([...off, ...off]);
});

test('a release lets a flapping device through once: switched off again, it flaps again', async () => {
  const { off, world } = await fleet(10, 1);
  await world.tick();
  switchOff(world, off);
  await world.tick();
  const sweepId = world.outcomes('device-flapping').at(-1)?.['sweep_id'] ?? '';
  await world.put(`control/release/${INSTANCE}/${CA}/${sweepId}`, 'owner: ann');
  await world.tick();
  expect(activeOf(world, off)).toBe(1);
  switchOff(world, off);
  await ticks(world, 3);
  expect([activeOf(world, off), sendsOf(world)]).toEqual([0, 2]);
  const flapping = world.outcomes('device-flapping').at(-1);
  expect(flapping?.['fix']).toContain(
    `mqtt-certs release --instance ${INSTANCE} --ca ${CA} --sweep ${flapping?.['sweep_id'] ?? ''}`,
  );
});
