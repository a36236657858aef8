import { expect, test } from 'vitest';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CAS = Array.from({ length: 12 }, (_, index) => `5f000000000000${(16 + index).toString(16)}`);

/** Twelve CAs, ten watched devices under each. */
async function fleets(): Promise<SweepWorld> {
  const world = await sweepWorld();
  const lines = CAS.flatMap((ca, at) => {
    world.ca(`fleet-${String(at)}`, ca);
    const serials = Array.from({ length: 10 }, (_, index) => `a${(100 * at + index).toString(16).padStart(5, '0')}`);
    world.devices(ca, serials);
    return serials.map((serial) => `${serial},${ca}`);
  });
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...lines].join('\n'));
  return world;
}

const callsOf = (world: SweepWorld, action: string): number =>
  world.mqtt.calls().filter((call) => call.action === action).length;

test('CAs are read side by side, no more at once than are allowed', async () => {
  const world = await fleets();
  let underWay = 0;
  let most = 0;
  await world.tick({
    settings: { callsAtOnce: 5 },
    watch: (moment, call) => {
      if (call !== 'GetCaCertificate') return;
      underWay += moment === 'before' ? 1 : -1;
      most = Math.max(most, underWay);
    },
  });
  expect(most).toBe(5);
  expect(callsOf(world, 'GetCaCertificate')).toBe(12);
});

test('a lap reads no CA again that this sweep has settled', async () => {
  const world = await fleets();
  await world.tick();
  const once = callsOf(world, 'GetCaCertificate');
  world.mqtt.engine.setCaStatus(INSTANCE, CAS[0] ?? '', 'inactive');
  // Nineteen seconds for calls of one second: fourteen for the CAs, five for their devices.
  await world.tick({ timeoutMs: 27_000, callMs: 1000, settings: { callsAtOnce: 4 } });
  const summary = world.outcomes('sweep-summary').at(-1);
  const { laps, ...counts } = JSON.parse(summary?.['rule_inputs'] ?? '{}') as Readonly<Record<string, number>>;
  expect(counts).toMatchObject({ cas: 12, watched: 120, healthy: 120 });
  expect(laps).toBeGreaterThan(1);
  expect(callsOf(world, 'GetCaCertificate') - once).toBeLessThan(12 * (laps ?? 0));
  expect(world.told(['ca-inactive'])).toEqual({ [`ca-inactive ${CAS[0] ?? ''}`]: 1 });
});

test('what changes about a CA between two laps is told once, by the next sweep', async () => {
  const world = await fleets();
  await world.tick();
  let isChanged = false;
  await world.tick({
    timeoutMs: 27_000,
    callMs: 1000,
    settings: { callsAtOnce: 4 },
    watch: (moment, call) => {
      if (isChanged || moment !== 'before' || call !== 'invoke') return;
      isChanged = true;
      world.mqtt.engine.setCaStatus(INSTANCE, CAS[11] ?? '', 'inactive');
      world.mqtt.engine.deleteCa(INSTANCE, CAS[10] ?? '');
    },
  });
  expect(world.told(['ca-inactive', 'ca-vanished'])).toEqual({});
  await world.tick();
  await world.tick();
  const once = { [`ca-inactive ${CAS[11] ?? ''}`]: 1, [`ca-vanished ${CAS[10] ?? ''}`]: 1 };
  expect(world.told(['ca-inactive', 'ca-vanished'])).toEqual(once);
});
