import { expect, test } from 'vitest';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;
const hexOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(index + 1).toString(16).padStart(15, '0')}`);

/** A CA whose devices are all watched, with lines besides for some. */
async function whole(
  count: number,
  lines: readonly string[],
): Promise<{ world: SweepWorld; serials: readonly string[] }> {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = hexOf(count);
  world.devices(CA, serials);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines].join('\n'));
  return { world, serials };
}

function counts(world: SweepWorld): Readonly<Record<string, unknown>> {
  const last = world.outcomes('sweep-summary').at(-1);
  return JSON.parse(last?.['rule_inputs'] ?? '{}') as Readonly<Record<string, unknown>>;
}

test('with * every device of the CA is watched, new ones from the sweep that first lists them', async () => {
  const { serials, world } = await whole(230, [`*,${CA},yes`]);
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 230, healthy: 230 });
  world.devices(CA, ['b1', 'b2']);
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, 'b1', 'inactive');
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serials[0] ?? '', 'inactive');
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 232, healthy: 232, reactivated: 2 });
  expect([world.statusOf(CA, 'b1'), world.statusOf(CA, serials[0] ?? '')]).toEqual(['active', 'active']);
});

test('* alone asks for nothing: what is off stays off, unless a line of its own says yes', async () => {
  const { world } = await whole(20, [`*,${CA},`, `${hexOf(2)[1] ?? ''},${CA},yes`]);
  const [first = '', second = ''] = hexOf(2);
  for (const serial of [first, second]) world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serial, 'inactive');
  await world.tick();
  expect([world.statusOf(CA, first), world.statusOf(CA, second)]).toEqual(['inactive', 'active']);
  expect(world.told(['device-inactive'])).toEqual({
    [`device-inactive ${first} not-asked`]: 1,
    [`device-inactive ${second} to-be-activated`]: 1,
  });
});

test('a line of its own that says no counts more than a * that says yes', async () => {
  const [first = ''] = hexOf(1);
  const { world } = await whole(20, [`*,${CA},yes`, `${first},${CA},no`]);
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, first, 'inactive');
  await world.tick();
  expect(world.statusOf(CA, first)).toBe('inactive');
});

test('a device known through * that is deleted is told as missing, counted until the day is over, then forgotten', async () => {
  const { serials, world } = await whole(20, [`*,${CA},`]);
  await world.tick();
  world.mqtt.engine.deleteDevice(INSTANCE, CA, serials[3] ?? '');
  await world.tick();
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 20, healthy: 19, missing: 1 });
  world.clock.advance(DAY);
  await world.tick();
  await world.tick();
  expect(counts(world)).toMatchObject({ watched: 19, healthy: 19, missing: 0 });
  expect(world.told(['device-missing'])).toEqual({ [`device-missing ${serials[3] ?? ''}`]: 1 });
});

test('where the list is refused, what is known of the CA is still watched', async () => {
  const { serials, world } = await whole(20, [`*,${CA},yes`]);
  await world.tick();
  world.mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn'] });
  world.mqtt.engine.setDeviceStatus(INSTANCE, CA, serials[7] ?? '', 'inactive');
  await world.tick();
  expect(world.statusOf(CA, serials[7] ?? '')).toBe('active');
  expect(counts(world)).toMatchObject({ watched: 20, healthy: 20 });
});

test('cut into laps, a whole CA is counted as in one', async () => {
  const { world } = await whole(950, [`*,${CA},`]);
  await world.tick({ timeoutMs: 30_000, callMs: 4000, settings: { callsAtOnce: 1 } });
  expect(counts(world)).toMatchObject({ watched: 950, healthy: 950 });
  expect(counts(world)['laps']).toBeGreaterThan(2);
});
