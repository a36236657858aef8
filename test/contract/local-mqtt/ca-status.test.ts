import { expect, test } from 'vitest';
import { makeCa } from './make-pair.ts';
import { INSTANCE, startWorld, VALIDITY } from './world.ts';

const BEFORE = { settings: { httpStatuses: 'before' } } as const;
const CA = { MqttInstanceId: INSTANCE, Sn: '0a' };

test('a CA is switched off and on, as often as one likes, and its devices stay as they are', async () => {
  const world = await startWorld(BEFORE);
  await world.newCa('0a');
  world.addDevices('0a', '01');
  const seen: unknown[] = [];
  for (const action of ['InactivateCa', 'InactivateCa', 'ActiveCa', 'ActiveCa']) {
    expect(await world.call(`${action}Certificate`, CA)).toEqual({ RequestId: expect.any(String) as string, Sn: '0a' });
    seen.push([world.mqtt.engine.cas()[0]?.status, world.mqtt.engine.device(INSTANCE, '0a', '01')?.status]);
  }
  expect(seen).toEqual([
    ['inactive', 'active'],
    ['inactive', 'active'],
    ['active', 'active'],
    ['active', 'active'],
  ]);
});

test('deleting a CA deletes the devices it issued and no other, and frees its serial', async () => {
  const world = await startWorld(BEFORE);
  await world.newCa('0a');
  await world.newCa('0b');
  world.addDevices('0a', '01', '02');
  world.addDevices('0b', '03');
  expect(await world.codeOf('DeleteCaCertificate', CA)).toBe('OK 200');
  expect([...world.mqtt.engine.devices(INSTANCE)].map((device) => device.serialHex)).toEqual(['03']);
  const device = { MqttInstanceId: INSTANCE, CaSn: '0a', DeviceSn: '01' };
  expect(await world.codeOf('GetDeviceCertificate', device)).toBe('FindDeviceBySnError 500');
  expect(await world.codeOf('GetCaCertificate', CA)).toBe('FindCaBySnError 500');

  expect(await world.registerNew(await makeCa({ serial: '0a' }))).toBe('OK 200');
  expect(await world.codeOf('GetDeviceCertificate', device)).toBe('FindDeviceBySnError 500');
});

test('an unknown CA and a missing serial have their codes', async () => {
  const world = await startWorld({ settings: { httpStatuses: 'mixed' } });
  const seen: string[][] = [];
  for (const action of ['ActiveCaCertificate', 'InactivateCaCertificate', 'DeleteCaCertificate']) {
    seen.push([await world.codeOf(action, CA), await world.codeOf(action, { MqttInstanceId: INSTANCE })]);
  }
  expect(seen).toEqual([
    ['FindCaBySnError 500', 'ParameterFieldCheckFailed 400'],
    ['FindCaBySnError 500', 'ParameterFieldCheckFailed 500'],
    ['FindCaBySnError 500', 'ParameterFieldCheckFailed 400'],
  ]);
});

test('bulk registration needs a registered, active CA and says which devices it refused', async () => {
  const world = await startWorld();
  const { engine } = world.mqtt;
  const device = { serial: '01', ...VALIDITY };
  expect(engine.registerDevices(INSTANCE, '0a', [device])).toEqual({ kind: 'ca-unknown' });
  await world.newCa('0a');
  await world.newCa('0b');
  engine.setCaStatus(INSTANCE, '0a', 'inactive');
  expect(engine.registerDevices(INSTANCE, '0a', [device])).toEqual({ kind: 'ca-inactive' });
  engine.setCaStatus(INSTANCE, '0a', 'active');
  expect(engine.registerDevices(INSTANCE, '0A', [device, { ...device, serial: '0001' }])).toEqual({
    kind: 'registered',
    count: 1,
    refusedCount: 1,
    refused: [{ serial: '0001', reason: 'serial-taken' }],
  });
  const bad = [{ ...device, serial: 'x1' }, { ...device, serial: '02', validUntil: Number.NaN }, device];
  expect(engine.registerDevices(INSTANCE, '0b', bad)).toEqual({
    kind: 'registered',
    count: 0,
    refusedCount: 3,
    refused: [
      { serial: 'x1', reason: 'unreadable' },
      { serial: '02', reason: 'unreadable' },
      { serial: '01', reason: 'serial-taken' },
    ],
  });
  world.mqtt.setSettings({ deviceSerialScope: 'ca' });
  expect(engine.registerDevices(INSTANCE, '0b', [device])).toMatchObject({ count: 1, refusedCount: 0 });
});
