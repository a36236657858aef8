import { expect, test } from 'vitest';
import { parseAlertKey } from '../../shared/core/alert-key.ts';
import { INSTANCE, type LapOptions, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;
const SERIALS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'aa', 'ab', 'ac', 'ad', 'ae'] as const;

async function fleet(reactivate = ''): Promise<SweepWorld> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  world.devices(CA, SERIALS);
  world.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  await watch(world, SERIALS, reactivate);
  await world.tick();
  return world;
}

function watch(world: SweepWorld, serials: readonly string[], reactivate = ''): Promise<void> {
  const lines = serials.map((serial) => `${serial},${CA},${reactivate}`);
  return world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines].join('\n'));
}

function turn(world: SweepWorld, status: 'active' | 'inactive', serials: readonly string[]): void {
  for (const serial of serials) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, status);
}

/** Ends that were told: which condition, and why. */
function ended(world: SweepWorld): readonly string[] {
  return world.outcomes('condition-ended').map((one) => {
    const { why } = JSON.parse(one['rule_inputs'] ?? '{}') as { readonly why?: string };
    return `${one['reason'] ?? ''} ${why ?? ''}`;
  });
}

/** Every end lies under the cause of an alert that was told before. */
async function expectCausesToMatch(world: SweepWorld): Promise<void> {
  const names = (await world.keys('outbox/alerts/')).map(parseAlertKey).filter((name) => name !== undefined);
  const told = new Set<string>(names.filter(({ isEnd }) => !isEnd).map(({ causeId }) => causeId));
  const ends = names.filter(({ isEnd }) => isEnd).map(({ causeId }) => causeId);
  expect(ends).toHaveLength(ended(world).length);
  expect(ends.filter((cause) => !told.has(cause))).toEqual([]);
}

async function ticks(world: SweepWorld, count: number, options?: LapOptions): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await world.tick(options);
}

test('a CA that is switched off is told at once and daily, and its end once, under the same cause', async () => {
  const world = await fleet();
  world.mqtt.engine.setCaStatus(INSTANCE, CA, 'inactive');
  await ticks(world, 3);
  expect(world.outcomes('ca-inactive')).toHaveLength(1);
  world.clock.advance(DAY);
  await ticks(world, 2);
  expect(world.outcomes('ca-inactive')).toHaveLength(2);
  expect(ended(world)).toEqual([]);
  world.mqtt.engine.setCaStatus(INSTANCE, CA, 'active');
  await ticks(world, 3);
  expect(ended(world)).toEqual(['ca-inactive over']);
  expect(world.outcomes('condition-ended')[0]?.['detail']).toBe(
    'Instance post-cn-sweep00001, 5f0000000000000001: the CA is active again (ca-inactive).',
  );
  await expectCausesToMatch(world);
});

test('a device that is missing and comes back ends the condition; while one can not be read nothing ends', async () => {
  const world = await fleet();
  world.mqtt.engine.deleteDevice(INSTANCE, CA, 'a1');
  await world.tick();
  world.devices(CA, ['a1']);
  world.mqtt.setFaults([{ action: 'GetDeviceCertificate', fault: 'html-502', times: 40 }]);
  await world.tick({ settings: { read: 'get', callsAtOnce: 1 } });
  expect(world.outcomes('device-unreadable').length).toBeGreaterThan(0);
  expect(ended(world)).toEqual([]);
  world.mqtt.setFaults([]);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['device-missing over']);
  await expectCausesToMatch(world);
});

test('a certificate that is expired is so when it is switched off as well; the end is told when there is none', async () => {
  const world = await fleet();
  world.devices(CA, ['b1', 'b2'], world.clock.now() + DAY);
  await watch(world, [...SERIALS, 'b1', 'b2']);
  await world.tick();
  world.clock.advance(2 * DAY);
  await world.tick();
  expect(world.outcomes('device-expired').map((one) => one['device_sn'])).toEqual(['b1', 'b2']);
  turn(world, 'inactive', ['b1', 'b2']);
  await ticks(world, 2);
  await world.put('control/holds/a.csv', `${INSTANCE},b1,,ann,lost,\n`);
  await ticks(world, 2);
  expect(ended(world)).toEqual([]);
  await watch(world, [...SERIALS, 'b1']);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['devices-left-inactive over']);
  await watch(world, SERIALS);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['devices-left-inactive over', 'device-expired over']);
  await expectCausesToMatch(world);
});

test('what is taken off the watch list is not open any more, and that is said as what it is', async () => {
  const world = await fleet();
  world.mqtt.engine.deleteDevice(INSTANCE, CA, 'a1');
  await world.tick();
  await world.remove(`watch/${INSTANCE}/fleet.csv`);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['device-missing not-watched']);
});

test('the breaker is told when it opens, when more is stopped and once a day, and its end', async () => {
  const world = await fleet();
  turn(world, 'inactive', SERIALS.slice(0, 11));
  await ticks(world, 3);
  const told = async (): Promise<number> =>
    (await world.keys('outbox/alerts/critical/')).filter((key) => key.includes('/breaker-open.')).length;
  expect([await told(), world.outcomes('breaker-open').length]).toEqual([1, 3]);
  turn(world, 'inactive', SERIALS.slice(11, 13));
  await ticks(world, 2);
  expect(await told()).toBe(2);
  world.clock.advance(DAY);
  await ticks(world, 2);
  expect(await told()).toBe(3);
  expect(world.outcomes('breaker-open')[0]?.['detail']).toBe(
    '11 device certificates under CA 5f0000000000000001 on instance post-cn-sweep00001 are inactive and would be activated. With those of the last 24 hours (0 under this CA, 0 on the instance) that is past the limits (10 and 200), so none was touched that was not released. Among them: a1, a2, a3, a4, a5.',
  );
  turn(world, 'active', SERIALS);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['breaker-open over']);
  await expectCausesToMatch(world);
});

test('while writing is paused nobody knows whether the breaker would be open, and its end is not claimed', async () => {
  const world = await fleet();
  turn(world, 'inactive', SERIALS.slice(0, 11));
  await world.tick();
  await world.put('control/paused', 'owner: ann');
  await ticks(world, 2);
  expect(ended(world)).toEqual([]);
  expect(world.outcomes('devices-left-inactive').map((one) => one['reason'])).toEqual(['paused', 'paused']);
});

test('a device that flaps, and then is switched on by a person, ends the condition', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1']);
  await world.tick();
  turn(world, 'inactive', ['a1']);
  await ticks(world, 2);
  expect(world.outcomes('device-flapping')).toHaveLength(1);
  turn(world, 'active', ['a1']);
  await world.tick();
  expect(ended(world)).toEqual(['device-flapping over']);
  await expectCausesToMatch(world);
});

test('a device that flaps behind a hold is told when the hold is removed, and not again in the next sweep', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1', 'a2']);
  await world.tick();
  await world.put('control/holds/a.csv', `${INSTANCE},a1,,ann,lost,\n`);
  turn(world, 'inactive', ['a1', 'a2']);
  await ticks(world, 2);
  expect(world.told(['device-flapping'])).toEqual({ 'device-flapping a2': 1 });
  await world.remove('control/holds/a.csv');
  await world.tick();
  expect(world.told(['device-flapping'])).toEqual({ 'device-flapping a1': 1, 'device-flapping a2': 1 });
  await ticks(world, 2);
  expect(world.told(['device-flapping'])).toEqual({ 'device-flapping a1': 1, 'device-flapping a2': 1 });
  expect(ended(world)).toEqual([]);
});

/** Releases what the latest sweep that told so stopped for flapping. */
async function releaseFlapping(world: SweepWorld): Promise<void> {
  const sweepId = world.outcomes('device-flapping').at(-1)?.['sweep_id'] ?? '';
  await world.put(`control/release/${INSTANCE}/${CA}/${sweepId}`, 'owner: ann');
}

test('a release that a hold leaves without effect ends nothing; once the hold is gone it lets through, and that ends it', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1']);
  await world.tick();
  turn(world, 'inactive', ['a1']);
  await world.tick();
  await world.put('control/holds/a.csv', `${INSTANCE},a1,,ann,lost,\n`);
  await releaseFlapping(world);
  await ticks(world, 3);
  expect(ended(world)).toEqual([]);
  expect(world.mqtt.engine.device(INSTANCE, CA, 'a1')?.status).toBe('inactive');
  await world.remove('control/holds/a.csv');
  await world.tick();
  expect(world.mqtt.engine.device(INSTANCE, CA, 'a1')?.status).toBe('active');
  expect(ended(world)).toEqual(['device-flapping over']);
  await expectCausesToMatch(world);
});

test('a release of a device that is only observed ends nothing', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1']);
  await world.tick();
  turn(world, 'inactive', ['a1']);
  await world.tick();
  await releaseFlapping(world);
  await ticks(world, 2, { settings: { reactivate: 'observe' } });
  expect([ended(world), world.mqtt.engine.device(INSTANCE, CA, 'a1')?.status]).toEqual([[], 'inactive']);
  await ticks(world, 2);
  expect(world.mqtt.engine.device(INSTANCE, CA, 'a1')?.status).toBe('active');
  expect(ended(world).filter((one) => one.startsWith('device-flapping'))).toEqual(['device-flapping over']);
});

test('an activation that fails is told with its code, and its end when it works', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1']);
  world.mqtt.setFaults([{ action: 'ActiveDeviceCertificate', fault: 'internal-error', times: 40 }]);
  await world.tick();
  const failed = world.outcomes('reactivation-failed').length;
  world.mqtt.setFaults([]);
  await ticks(world, 2);
  expect(failed).toBe(1);
  expect(ended(world)).toEqual(['reactivation-failed over']);
  await expectCausesToMatch(world);
});

test('devices that nobody asks to be activated are told once as one, again when there are more, and their end', async () => {
  const world = await fleet('no');
  turn(world, 'inactive', ['a1', 'a2']);
  await ticks(world, 3);
  const alerts = async (): Promise<number> =>
    (await world.keys('outbox/alerts/warning/')).filter((key) => key.includes('/devices-left-inactive.')).length;
  expect(await alerts()).toBe(1);
  const [left] = world.outcomes('devices-left-inactive');
  expect(left?.['detail']).toBe(
    '2 watched device certificates under CA 5f0000000000000001 on instance post-cn-sweep00001 are inactive and were left so (not-asked): the watch list does not ask for them to be activated: they are left alone. Among them: a1, a2.',
  );
  expect(left?.['fix']).toBe(
    'To have them activated, name them in the watch list with reactivate=yes. To keep one off on purpose: mqtt-certs hold add --instance post-cn-sweep00001 --ca 5f0000000000000001 --device a1. All of them: mqtt-certs devices --instance post-cn-sweep00001 --state inactive.',
  );
  turn(world, 'inactive', ['a3']);
  await ticks(world, 2);
  expect(await alerts()).toBe(2);
  turn(world, 'active', SERIALS);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['devices-left-inactive over']);
  await expectCausesToMatch(world);
});

test("a device on hold is nobody's news", async () => {
  const world = await fleet();
  await world.put(
    'control/holds/a.csv',
    `instance,device_sn,ca_sn,owner,reason,until\n${INSTANCE},a1,${CA},ann,lost,\n`,
  );
  turn(world, 'inactive', ['a1']);
  await ticks(world, 2);
  expect(world.outcomes('devices-left-inactive')).toEqual([]);
});

test('a device that waits is told with the time at which it will be activated', async () => {
  const world = await fleet();
  turn(world, 'inactive', ['a1']);
  await world.tick({ settings: { reactivateAfter: 3_600_000 as never } });
  const [left] = world.outcomes('devices-left-inactive');
  const since = Date.parse(left?.['at'] ?? '');
  expect(left?.['detail']).toContain(`the earliest is activated at ${new Date(since + 3_600_000).toISOString()}`);
});

test('an instance that is refused is told at once and daily, and its end', async () => {
  const world = await fleet();
  world.mqtt.setSettings({ deniedActions: ['GetCaCertificate', 'ListCaCertificate'] });
  const alerts = async (): Promise<number> =>
    (await world.keys('outbox/alerts/critical/')).filter((key) => key.includes('/instance-blocked.')).length;
  await ticks(world, 3);
  expect([await alerts(), world.outcomes('instance-blocked').length]).toEqual([1, 3]);
  world.clock.advance(DAY);
  await world.tick();
  expect(await alerts()).toBe(2);
  world.mqtt.setSettings({ deniedActions: [] });
  await ticks(world, 2);
  expect([...ended(world)].sort()).toEqual(['instance-blocked over', 'list-refused over']);
  await expectCausesToMatch(world);
});

test('a refused list ends in a sweep of many laps as well, and not in one in which any lap was refused', async () => {
  const world = await fleet();
  const CA_2 = '5f0000000000000002';
  world.ca('fleet-2', CA_2);
  world.devices(CA_2, SERIALS);
  const lines = [CA, CA_2].flatMap((ca) => SERIALS.map((serial) => `${serial},${ca},`));
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines].join('\n'));
  const laps = { timeoutMs: 40_000, callMs: 4_000, settings: { callsAtOnce: 1 } };
  const lapsOfLast = (): number => {
    const { laps: count = 0 } = JSON.parse(world.outcomes('sweep-summary').at(-1)?.['rule_inputs'] ?? '{}') as {
      readonly laps?: number;
    };
    return count;
  };
  world.mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn'] });
  await world.tick(laps);
  expect(lapsOfLast()).toBeGreaterThan(1);
  expect(world.told(['list-refused'])).toEqual({ 'list-refused devices-not-listed': 1 });
  await world.tick(laps);
  expect(ended(world)).toEqual([]);
  world.mqtt.setSettings({ deniedActions: [] });
  await world.tick({ ...laps, timeoutMs: 32_000 });
  expect(lapsOfLast()).toBeGreaterThan(1);
  expect(ended(world)).toEqual(['list-refused over']);
  await expectCausesToMatch(world);
});

test('while nobody asks for a list, its refusal is not said to be over', async () => {
  const world = await fleet();
  world.mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn'] });
  await world.tick();
  world.mqtt.setSettings({ deniedActions: [] });
  await ticks(world, 2, { settings: { read: 'get' } });
  expect(ended(world)).toEqual([]);
  await world.tick();
  expect(ended(world)).toEqual(['list-refused over']);
});

test('an instance that is refused on the day of the repeat has it in the next sweep', async () => {
  const world = await fleet();
  world.mqtt.engine.deleteDevice(INSTANCE, CA, 'a1');
  await world.tick();
  world.clock.advance(DAY);
  world.mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn', 'GetDeviceCertificate'] });
  await world.tick();
  expect([world.outcomes('instance-blocked').length, world.outcomes('device-missing').length]).toEqual([1, 1]);
  world.mqtt.setSettings({ deniedActions: [] });
  await ticks(world, 3);
  expect(world.outcomes('device-missing')).toHaveLength(2);
});

test('what stops all acts is told once, and its end', async () => {
  const world = await fleet();
  await world.put('control/holds/a.csv', `${INSTANCE},???,,ann,lost,\n`);
  await ticks(world, 3);
  const alerts = (await world.keys('outbox/alerts/warning/')).filter((key) => key.includes('/acts-stopped.'));
  expect(alerts).toHaveLength(1);
  await world.remove('control/holds/a.csv');
  await ticks(world, 2);
  expect(ended(world)).toEqual(['acts-stopped over']);
  await expectCausesToMatch(world);
});

test('a hold file that can not be read does not end what is told of another one', async () => {
  const world = await fleet();
  await world.put('control/holds/a.csv', `${INSTANCE},a1,,ann,lost,\n`);
  await world.put('control/holds/b.csv', `${INSTANCE},a2,,ann,lost,\n`);
  const spoil = (...names: string[]): void =>
    world.spoilBucket(({ key = '', operation }) =>
      operation === 'GetObject' && names.some((name) => key === `control/holds/${name}.csv`)
        ? { status: 403, code: 'AccessDenied' }
        : 'ok',
    );
  spoil('b');
  await world.tick();
  spoil('a');
  await world.tick();
  expect(world.told(['acts-stopped'])).toEqual({
    'acts-stopped control/holds/a.csv controls-unreadable': 1,
    'acts-stopped control/holds/b.csv controls-unreadable': 1,
  });
  expect(ended(world)).toEqual([]);
  spoil();
  await ticks(world, 2);
  expect(ended(world)).toEqual(['acts-stopped over', 'acts-stopped over']);
  await expectCausesToMatch(world);
});

test('a watch list that can not be used is told at once and daily, and its end when it is mended or gone', async () => {
  const world = await fleet();
  await world.put(`watch/${INSTANCE}/other.csv`, 'PK\u0003\u0004 a workbook');
  await world.put(`watch/nobody/fleet.csv`, 'device_sn,ca_sn');
  const alerts = async (): Promise<number> =>
    (await world.keys('outbox/alerts/warning/')).filter((key) => key.includes('/watch-refused.')).length;
  await ticks(world, 3);
  expect(await alerts()).toBe(2);
  world.clock.advance(DAY);
  await ticks(world, 2);
  expect(await alerts()).toBe(4);
  await watch(world, SERIALS);
  await world.put(`watch/${INSTANCE}/other.csv`, `device_sn,ca_sn\nb1,${CA}`);
  await ticks(world, 2);
  expect(ended(world)).toEqual(['watch-refused over']);
  await world.remove('watch/nobody/fleet.csv');
  await ticks(world, 2);
  expect(ended(world)).toEqual(['watch-refused over', 'watch-refused over']);
  await expectCausesToMatch(world);
});

test('a service that was silent is told to answer again', async () => {
  const world = await fleet();
  world.mqtt.setFaults([{ action: '*', fault: 'reset-before', times: 10_000 }]);
  await world.tick();
  expect(world.outcomes('service-silent')).toHaveLength(1);
  world.mqtt.setFaults([]);
  await ticks(world, 3);
  expect(ended(world)).toEqual(['service-silent over']);
  await expectCausesToMatch(world);
});

test('wherever a sweep that ends conditions is killed, each end is told once', { timeout: 240_000 }, async () => {
  for (let moment = 3; ; moment += 4) {
    const world = await fleet('no');
    turn(world, 'inactive', ['a1']);
    world.mqtt.engine.deleteDevice(INSTANCE, CA, 'a3');
    await world.tick();
    turn(world, 'active', ['a1']);
    world.devices(CA, ['a3']);
    let count = 0;
    const watch: LapOptions['watch'] = () => {
      count += 1;
      if (count < moment) return;
      throw new Error('switched off');
    };
    await world.tick({ watch }).catch(() => undefined);
    await ticks(world, 3);
    expect([...ended(world)].sort()).toEqual(['device-missing over', 'devices-left-inactive over']);
    if (count < moment) return;
  }
});
