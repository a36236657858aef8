import { expect, test } from 'vitest';
import { INSTANCE, startWorld, type World } from './world.ts';

const NAMED = { MqttInstanceId: INSTANCE, CaSn: '0a', DeviceSn: '01' };
const ACTIVATE = 'ActiveDeviceCertificate';

async function worldWithInactive(): Promise<World> {
  const world = await startWorld({ settings: { httpStatuses: 'before' } });
  await world.newCa('0a');
  world.addDevices('0a', { serial: '01', status: 'inactive' });
  return world;
}

const statusIn = (world: World): string | undefined => world.mqtt.engine.device(INSTANCE, '0a', '01')?.status;

test('an activation whose answer is lost was done, one that was cut off before was not', async () => {
  const world = await worldWithInactive();
  world.mqtt.setFaults([
    { action: ACTIVATE, times: 1, fault: 'reset-before' },
    { action: ACTIVATE, times: 1, fault: 'reset-after' },
  ]);
  expect([await world.codeOf(ACTIVATE, NAMED), statusIn(world)]).toEqual(['ECONNRESET', 'inactive']);
  expect([await world.codeOf(ACTIVATE, NAMED), statusIn(world)]).toEqual(['ECONNRESET', 'active']);
  expect(world.mqtt.history().filter((entry) => entry.action === 'activated')).toHaveLength(1);
});

test('HTML, silence and an error inside leave an activation undone', async () => {
  const world = await worldWithInactive();
  const faults = ['html-200', 'html-502', 'empty-503', 'internal-error', 'system-overflow', 'silence'] as const;
  world.mqtt.setFaults(faults.map((fault) => ({ action: ACTIVATE, times: 1, fault })));
  const seen: string[] = [];
  for (const fault of faults) {
    seen.push(await world.codeOf(ACTIVATE, NAMED, fault === 'silence' ? { readTimeoutMs: 100 } : {}));
  }
  expect(seen).toEqual([
    'SyntaxError',
    'SyntaxError',
    'SyntaxError',
    'InternalError 500',
    'SystemOverFlow 500',
    'RequestTimeoutError',
  ]);
  expect(statusIn(world)).toBe('inactive');
});

test('throttling may last for a time of the moved clock, for one operation or for all', async () => {
  const world = await worldWithInactive();
  const page = { MqttInstanceId: INSTANCE, CaSn: '0a', PageNo: '1', PageSize: '10' };
  world.mqtt.setFaults([{ action: '*', forMs: 60_000, fault: 'throttle' }]);
  const seen: string[] = [];
  for (const action of ['GetDeviceCertificate', ACTIVATE, 'InactivateDeviceCertificate', 'DeleteDeviceCertificate']) {
    seen.push(await world.codeOf(action, NAMED));
  }
  seen.push(await world.codeOf('ListDeviceCertificateByCaSn', page), await world.codeOf('ListDeviceCertificate', page));
  expect(seen).toEqual(Array.from({ length: 6 }, () => 'Throttling.User 400'));
  world.clock.advance(60_000);
  expect(await world.codeOf(ACTIVATE, NAMED)).toBe('OK 200');

  world.mqtt.setFaults([{ action: 'GetDeviceCertificate', forMs: 60_000, fault: 'html-502' }]);
  expect(await world.codeOf('ListDeviceCertificateByCaSn', page)).toBe('OK 200');
  expect(await world.codeOf('GetDeviceCertificate', NAMED)).toBe('SyntaxError');
});

test('a held fault hits every call that no planned one is meant for, until it is taken away', async () => {
  const world = await startWorld();
  const ask = (): Promise<string> => world.codeOf('GetRegisterCode', { MqttInstanceId: INSTANCE });
  world.mqtt.holdFaults([{ action: '*', fault: 'internal-error' }]);
  world.mqtt.setFaults([{ action: '*', times: 1, fault: 'throttle' }]);
  expect([await ask(), await ask(), await ask()]).toEqual([
    'Throttling.User 400',
    'InternalError 500',
    'InternalError 500',
  ]);
  world.mqtt.holdFaults([]);
  expect(await ask()).toBe('OK 200');
});
