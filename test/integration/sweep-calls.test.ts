import { expect, test } from 'vitest';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000002';
const serialsFrom = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a${(first + index).toString(16).padStart(15, '0')}`);

async function watching(world: SweepWorld, serials: readonly string[]): Promise<void> {
  const lines = serials.map((serial) => `${serial},${CA}`);
  await world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn', ...lines].join('\n'));
}

function callsOf(world: SweepWorld, action: string): number {
  return world.mqtt.calls().filter((call) => call.action === action).length;
}

test('a list of nothing but watched devices is read to its end: a call for each hundred', async () => {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const serials = serialsFrom(1, 1010);
  world.devices(CA, serials);
  await watching(world, serials);
  await world.tick();
  expect(callsOf(world, 'ListDeviceCertificateByCaSn')).toBe(11);
  expect(callsOf(world, 'GetDeviceCertificate')).toBe(0);
});

test('a list where watched devices are rare is left once it has cost as many pages in vain as asking for the rest', async () => {
  const world = await sweepWorld();
  world.ca('fleet', CA);
  const [early, late] = [serialsFrom(1, 4), serialsFrom(5001, 4)];
  world.devices(CA, [...early, ...serialsFrom(101, 3000), ...late]);
  await watching(world, [...early, ...late]);
  await world.tick();
  // The first page has the early four; four more without any of the others make asking for those the shorter way.
  expect(callsOf(world, 'ListDeviceCertificateByCaSn')).toBe(5);
  expect(callsOf(world, 'GetDeviceCertificate')).toBe(4);
});
