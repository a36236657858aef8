import { expect, test } from 'vitest';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

async function fleet(count: number): Promise<{ world: SweepWorld; serials: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...serials.map((sn) => `${sn},${CA}`)].join('\n'));
  return { world, serials };
}

test('a watched device that was switched off is active again after one tick, and that is told', async () => {
  const { serials, world } = await fleet(40);
  const off = serials[6] ?? '';
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, off, 'inactive');
  await world.tick();
  expect(world.statusOf(CA, off)).toBe('active');
  expect(world.outcomes('device-reactivated')).toMatchObject([{ device_sn: off, ca_sn: CA, instance: INSTANCE }]);
  const [summary] = world.outcomes('sweep-summary');
  expect(JSON.parse(summary?.['rule_inputs'] ?? '{}')).toMatchObject({ watched: 40, healthy: 40, reactivated: 1 });
});

test('a device on hold stays off, whatever else is wrong with the line', async () => {
  const { serials, world } = await fleet(40);
  const off = serials[3] ?? '';
  await world.put(
    'control/holds/a.csv',
    `instance,device_sn,ca_sn,owner,reason,until\n,${off.toUpperCase()},,ann,stolen,soon\n`,
  );
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, off, 'inactive');
  await world.tick();
  await world.tick();
  expect(world.statusOf(CA, off)).toBe('inactive');
  expect(world.outcomes('device-reactivated')).toEqual([]);
  expect(world.outcomes('device-inactive')).toMatchObject([{ device_sn: off, reason: 'held' }]);
});

test('when 30 % of a CA are switched off at once, the breaker opens and nothing is touched', async () => {
  const { serials, world } = await fleet(100);
  for (const serial of serials.slice(0, 30)) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, 'inactive');
  await world.tick();
  expect(serials.filter((serial) => world.statusOf(CA, serial) === 'active')).toHaveLength(70);
  expect(world.outcomes('breaker-open')).toHaveLength(1);
});
