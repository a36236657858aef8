import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Device } from '../../../../../local/mqtt/devices/device.ts';
import { createDeviceRegistry, type DeviceRegistry } from '../../../../../local/mqtt/devices/device-registry.ts';

const I = 'post-cn-aaaa1111';

function device(caSerialHex: string, serialHex: string, more: Partial<Device> = {}): Device {
  const common = {
    name: `device-${serialHex}`,
    validFrom: 1,
    validUntil: 2,
    status: 'active',
    pem: undefined,
  } as const;
  return { caSerialHex, serialHex, ...common, ...more };
}

const keyOf = (ca: string, serialHex: string): { instance: string; ca: string; serial: Buffer } => ({
  instance: I,
  ca,
  serial: Buffer.from(serialHex, 'hex'),
});

/** Spreads small numbers over all 32 bits, so that the order of adding is not that of the serials. */
const scattered = (at: number): string => (Math.imul(at, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');

function serialsOf(devices: DeviceRegistry, order: 'registration' | 'serial' | 'newest-first', ca?: string): string[] {
  return devices.list(I, { ca, order, from: 0, length: 100_000 }).map((one) => one.serialHex);
}

test('a device comes back as it was added, whatever it holds', () => {
  const devices = createDeviceRegistry();
  const full = device('0a', '00f2', {
    name: 'ключ 七 🔑',
    status: 'inactive',
    validUntil: 253_402_300_799_999,
    pem: 'x',
  });
  const odd = [full, device('0a', '00'), device('0a', 'ff'.repeat(64)), device('0b', '01', { name: '' })];
  for (const one of odd) expect(devices.add(I, one)).toBe(true);
  expect([...devices.all(I)]).toEqual([full, odd[1], odd[2], device('0b', '01')]);
  expect(devices.find(keyOf('0a', 'f2'))).toEqual(full);
  expect(devices.find(keyOf('0a', '000000f2'))).toEqual(full);
  expect(devices.find(keyOf('0a', '0000'))?.serialHex).toBe('00');
  expect(devices.find(keyOf('0b', 'f2'))).toBeUndefined();
});

test('a serial is held once under a CA, in any number of zeros, and seen under every CA', () => {
  const devices = createDeviceRegistry();
  expect(devices.add(I, device('0a', '00f2'))).toBe(true);
  expect(devices.add(I, device('0a', 'f2'))).toBe(false);
  expect(devices.add(I, device('0b', '00f2'))).toBe(true);
  expect(devices.add('mqtt-cn-other', device('0a', '07'))).toBe(true);
  expect([devices.count(I), devices.count(I, '0a'), devices.count(I, '0c')]).toEqual([2, 1, 0]);
  expect([Buffer.from('f2', 'hex'), Buffer.from('0007', 'hex'), Buffer.of(8)].map(devices.holdsSerial)).toEqual([
    true,
    true,
    false,
  ]);
});

test('removing a CA removes its devices from every list', () => {
  const devices = createDeviceRegistry();
  for (const serial of ['05', '03', '04']) devices.add(I, device('0a', serial));
  for (const serial of ['02', '01']) devices.add(I, device('0b', serial));
  expect(serialsOf(devices, 'serial')).toEqual(['01', '02', '03', '04', '05']);
  expect(devices.removeCa(I, '0a')).toBe(3);
  expect(devices.removeCa(I, '0a')).toBe(0);
  expect(serialsOf(devices, 'serial')).toEqual(['01', '02']);
  expect(serialsOf(devices, 'newest-first')).toEqual(['01', '02']);
  expect(devices.cas()).toEqual([{ instance: I, ca: '0b' }]);
  devices.add(I, device('0a', '04'));
  expect(serialsOf(devices, 'registration')).toEqual(['02', '01', '04']);
});

interface Step {
  readonly act: 'add' | 'remove' | 'switch' | 'remove-ca' | 'add-many' | 'list';
  readonly ca: string;
  readonly at: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('add', 'add', 'add', 'remove', 'switch', 'add-many', 'remove-ca', 'list'),
  ca: fc.constantFrom('0a', '0b'),
  at: fc.nat(40),
});

/** The same account, kept in the plainest way. */
function modelStep(model: readonly Device[], { act, ca, at }: Step): readonly Device[] {
  const isIt = (one: Device): boolean => one.caSerialHex === ca && one.serialHex === scattered(at);
  switch (act) {
    case 'add':
      return model.some(isIt) ? model : [...model, device(ca, scattered(at))];
    case 'add-many': {
      const many = Array.from({ length: 100 }, (_, offset) => device(ca, scattered(1000 + at * 100 + offset)));
      const held = new Set(model.filter((one) => one.caSerialHex === ca).map((one) => one.serialHex));
      return [...model, ...many.filter((one) => !held.has(one.serialHex))];
    }
    case 'remove':
      return model.filter((one) => !isIt(one));
    case 'switch':
      return model.map((one) => (isIt(one) ? { ...one, status: 'inactive' } : one));
    case 'remove-ca':
      return model.filter((one) => one.caSerialHex !== ca);
    case 'list':
      return model;
    default:
      throw new Error(`no such step: ${String(act satisfies never)}`);
  }
}

function realStep(devices: DeviceRegistry, { act, ca, at }: Step): void {
  switch (act) {
    case 'add':
      devices.add(I, device(ca, scattered(at)));
      return;
    case 'add-many':
      for (let offset = 0; offset < 100; offset += 1) devices.add(I, device(ca, scattered(1000 + at * 100 + offset)));
      return;
    case 'remove':
      devices.remove(keyOf(ca, scattered(at)));
      return;
    case 'switch':
      devices.setStatus(keyOf(ca, scattered(at)), 'inactive');
      return;
    case 'remove-ca':
      devices.removeCa(I, ca);
      return;
    case 'list':
      serialsOf(devices, 'serial', ca); // makes the sorted order, which every later step has to keep
      return;
    default:
      throw new Error(`no such step: ${String(act satisfies never)}`);
  }
}

test('whatever happens to a registry, it lists what a plain array would', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
      const devices = createDeviceRegistry();
      let model: readonly Device[] = [];
      for (const step of steps) {
        realStep(devices, step);
        model = modelStep(model, step);
      }
      expect([...devices.all(I)]).toEqual(model);
      for (const ca of ['0a', '0b']) {
        const own = model.filter((one) => one.caSerialHex === ca).map((one) => one.serialHex);
        expect(serialsOf(devices, 'newest-first', ca)).toEqual([...own].reverse());
        expect(serialsOf(devices, 'serial', ca)).toEqual([...own].sort());
        expect(devices.list(I, { ca, order: 'registration', from: 3, length: 4 }).map((one) => one.serialHex)).toEqual(
          own.slice(3, 7),
        );
      }
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});

test('a hundred thousand devices cost under 160 bytes each, none of them as objects, and give it back', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const measure = (): { heap: number; buffers: number } => {
    collect();
    collect(); // the first one finds the buffers, the second one sees them returned
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { heap: heapUsed, buffers: arrayBuffers };
  };
  const before = measure();
  const devices = createDeviceRegistry();
  const COUNT = 100_000;
  for (let at = 0; at < COUNT; at += 1) devices.add(I, device('0a', `4a11bb22${scattered(at)}`));
  const page = devices.list(I, { ca: '0a', order: 'serial', from: 50_000, length: 100 });
  const full = measure();
  expect(page).toHaveLength(100);
  expect((full.buffers - before.buffers) / COUNT).toBeLessThan(160); // arrays grow by doubling: up to half of them is room
  expect((full.heap - before.heap) / COUNT).toBeLessThan(20);

  for (let at = 0; at < COUNT; at += 2) devices.remove(keyOf('0a', `4a11bb22${scattered(at)}`));
  expect(devices.count(I, '0a')).toBe(50_000);
  expect(devices.find(keyOf('0a', `4a11bb22${scattered(1)}`))).toBeDefined();
  expect(devices.find(keyOf('0a', `4a11bb22${scattered(2)}`))).toBeUndefined();
  devices.removeCa(I, '0a');
  measure();
  await new Promise((resolve) => setImmediate(resolve)); // buffers are returned by a thread of their own
  expect(measure().buffers - before.buffers).toBeLessThan((full.buffers - before.buffers) / 2);
});
