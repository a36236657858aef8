import { expect, test } from 'vitest';
import { parseAlertKey } from '../../shared/core/alert-key.ts';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

async function fleet(count: number): Promise<{ world: SweepWorld; serials: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  world.mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  await world.tick();
  return { world, serials };
}

/** How many alerts of each kind lie in the outbox. */
async function alerts(world: SweepWorld): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const key of await world.keys('outbox/alerts/')) {
    const name = parseAlertKey(key);
    const kind = name === undefined ? key : `${name.kind}${name.isEnd ? ' ended' : ''}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function forget(world: SweepWorld): Promise<void> {
  for (const key of await world.keys('outbox/alerts/')) await world.remove(key);
}

function remove(world: SweepWorld, serials: readonly string[]): void {
  for (const serial of serials) world.mqtt.engine.deleteDevice(INSTANCE, CA, serial);
}

test('of many devices that are gone 20 are told one by one and the others by one count; all are in the log store', async () => {
  const { serials, world } = await fleet(250);
  remove(world, serials.slice(0, 120));
  await world.tick();
  expect(await alerts(world)).toEqual({ 'device-missing': 20, 'devices-many': 1 });
  expect(world.outcomes('device-missing').map((one) => one['device_sn'])).toEqual(serials.slice(0, 120));
  const [many] = world.outcomes('devices-many');
  expect(many).toMatchObject({ ca_sn: CA, instance: INSTANCE, reason: 'device-missing', severity: 'warning' });
  expect(JSON.parse(many?.['rule_inputs'] ?? '{}')).toMatchObject({ count: 120, news: 120 });
  expect(many?.['detail']).toBe(
    '120 watched device certificates under CA 5f0000000000000001 on instance post-cn-sweep00001 were known before and are gone (device-missing). A sweep tells 20 of them one by one, the others are in the log store only. Among them: a000000000000001, a000000000000002, a000000000000003, a000000000000004, a000000000000005.',
  );
  expect(many?.['fix']).toContain(`mqtt-certs devices --instance ${INSTANCE} --state missing`);
});

test('twenty are not many', async () => {
  const { serials, world } = await fleet(50);
  remove(world, serials.slice(0, 20));
  await world.tick();
  expect(await alerts(world)).toEqual({ 'device-missing': 20 });
});

test('lasting mass trouble is silent in between and told with the same number of alerts a day later', async () => {
  const { serials, world } = await fleet(60);
  remove(world, serials.slice(0, 40));
  await world.tick();
  await forget(world);
  await world.tick();
  expect(await alerts(world)).toEqual({});
  world.clock.advance(DAY);
  await world.tick();
  expect(await alerts(world)).toEqual({ 'device-missing': 20, 'devices-many': 1 });
});

test('many certificates that come nearer to their end are told like that too', async () => {
  const { world } = await fleet(6);
  const ca = world.ca('soon', '5f02');
  const serials = hexOf(50).map((serial) => `b${serial}`);
  world.devices(ca, serials, world.clock.now() + 20 * DAY);
  await world.put(`watch/${INSTANCE}/soon.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${ca}`)].join('\n'));
  await world.tick();
  expect(await alerts(world)).toEqual({ 'ca-appeared': 1, 'device-expiring': 20, 'devices-expiring-many': 1 });
  expect(world.outcomes('device-expiring')).toHaveLength(50);
});

test('the devices of a CA that is gone are told with it, and each of them is in the log store', async () => {
  const { serials, world } = await fleet(60);
  world.mqtt.engine.deleteCa(INSTANCE, CA);
  await world.tick();
  expect(await alerts(world)).toEqual({ 'ca-vanished': 1 });
  expect(world.outcomes('device-missing').map((one) => one['device_sn'])).toEqual(serials);
  world.clock.advance(DAY);
  await world.tick();
  expect(await alerts(world)).toEqual({ 'ca-vanished': 1, 'ca-missing': 1 });
});

test('a lap that runs out of time while it tells goes on where it was, and tells everything once', async () => {
  const { serials, world } = await fleet(4500);
  remove(world, serials);
  const batches: string[] = [];
  await world.tick({
    timeoutMs: 120_000,
    watch: (moment, call) => {
      if (moment !== 'after' || call !== 'sls POST') return;
      batches.push(call);
      // The log store is so slow that its nine batches alone take longer than a lap: how long this machine takes for
      // everything else, which counts too, does not matter.
      world.clock.advance(14_000);
    },
  });
  expect(Object.keys(world.told(['device-missing']))).toHaveLength(4500);
  expect(await alerts(world)).toEqual({ 'device-missing': 20, 'devices-many': 1 });
  const laps = (await world.keys('state/sweep/sweeps/')).filter((key) => key.includes('/lap/'));
  expect(laps.length).toBeGreaterThan(2);
  expect(batches.length).toBeLessThan(30);
});
