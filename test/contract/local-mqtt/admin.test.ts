import { expect, onTestFinished, test } from 'vitest';
import { type AdminActions, startAdmin } from '../../../local/admin.ts';
import { INSTANCE, startWorld, type World } from './world.ts';

const TOKEN = 'token-of-the-admin-test';

interface Admin {
  readonly post: (path: string, body: unknown, token?: string) => Promise<readonly [number, unknown]>;
}

async function startWithAdmin(world: World): Promise<Admin> {
  const actions: AdminActions = {
    tick: () => Promise.resolve([]),
    invocations: () => [],
    output: () => [],
    reset: () => world.mqtt.reset(),
    advanceClock: () => 0,
    health: () => ({}),
    mqtt: world.mqtt.admin,
    faults: { show: () => ({ status: 200, body: {} }), turn: () => ({ status: 200, body: {} }) },
  };
  const face = await startAdmin(actions, TOKEN);
  onTestFinished(() => face.close());
  const post: Admin['post'] = async (path, body, token = TOKEN) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${face.endpoint}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [response.status, await response.json()];
  };
  return { post };
}

const PLACE = { instance: INSTANCE, caSerial: '0a' };

test('an outside program registers devices in bulk, sees them through the OpenAPI, and switches them', async () => {
  const world = await startWorld();
  const { post } = await startWithAdmin(world);
  await world.newCa('0a');
  const named = [{ serial: '0c41', name: 'press-17' }, { serial: '0c42', status: 'inactive' }, { serial: 'zz' }];
  expect(await post('/mqtt/devices', { ...PLACE, devices: named })).toEqual([
    200,
    {
      ok: true,
      registered: 2,
      refusedCount: 1,
      refused: [{ serial: 'zz', reason: 'unreadable' }],
      serials: ['0c41', '0c42'],
    },
  ]);
  expect(await post('/mqtt/device-status', { ...PLACE, serial: '0C41', status: 'inactive' })).toEqual([
    200,
    { ok: true },
  ]);
  const device = { MqttInstanceId: INSTANCE, CaSn: '0a', DeviceSn: '0c41' };
  expect((await world.call('GetDeviceCertificate', device))['Data']).toMatchObject({
    DeviceName: 'press-17',
    Status: 0,
  });
  expect(await post('/mqtt/ca-status', { ...PLACE, status: 'inactive' })).toEqual([200, { ok: true }]);
  expect(await post('/mqtt/devices', { ...PLACE, count: 1 })).toMatchObject([409, { error: { code: 'CaNotActive' } }]);
});

test('devices that nobody names get serials that go on where the last call stopped', async () => {
  const world = await startWorld();
  const { post } = await startWithAdmin(world);
  await world.newCa('0a');
  const [, first] = await post('/mqtt/devices', { ...PLACE, count: 2, validUntil: 2_082_758_400_000 });
  const [, second] = await post('/mqtt/devices', { ...PLACE, count: 1 });
  const serials = [first, second].flatMap((answer) => (answer as { serials: string[] }).serials);
  expect(serials.map((serial) => serial.slice(8))).toEqual(['00000000', '00000001', '00000002']);
  expect(new Set(serials.map((serial) => serial.slice(0, 8))).size).toBe(1);
  expect(world.mqtt.engine.device(INSTANCE, '0a', serials[0] ?? '')?.validUntil).toBe(2_082_758_400_000);
  expect(await post('/mqtt/devices', { ...PLACE, count: 12_000 })).toMatchObject([200, { registered: 12_000 }]);
  const page = { MqttInstanceId: INSTANCE, CaSn: '0a', PageNo: '121', PageSize: '100' };
  expect((await world.call('ListDeviceCertificateByCaSn', page))['Data']).toMatchObject({
    Total: 12_003,
    DeviceCertificateVOS: [{}, {}, {}],
  });
});

test('a call without the token, of nobody’s name or of another shape is refused and changes nothing', async () => {
  const world = await startWorld();
  const { post } = await startWithAdmin(world);
  await world.newCa('0a');
  const answers = [
    await post('/mqtt/devices', { ...PLACE, count: 1 }, 'guess'),
    await post('/mqtt/everything', {}),
    await post('/mqtt/devices', { ...PLACE, count: 1_000_001 }),
    await post('/mqtt/devices', { ...PLACE, devices: [] }),
    await post('/mqtt/devices', { ...PLACE, count: 1, devices: [{ serial: '01' }] }),
    await post('/mqtt/devices', { ...PLACE, caSerial: '0b', count: 1 }),
    await post('/mqtt/device-status', { ...PLACE, serial: '01', status: 'on' }),
    await post('/mqtt/device-status', { ...PLACE, serial: '01', status: 'active' }),
    await post('/mqtt/device-status', { ...PLACE, caSerial: '0b', serial: '01', status: 'active' }),
    await post('/mqtt/ca-status', { instance: INSTANCE }),
    await post('/mqtt/ca-status', { ...PLACE, caSerial: '0b', status: 'active' }),
  ];
  expect(answers.map(([status, body]) => [status, (body as { error: { code: string } }).error.code])).toEqual([
    [401, 'TokenMissing'],
    [404, 'NoSuchCall'],
    [400, 'DevicesInvalid'],
    [400, 'DevicesInvalid'],
    [400, 'DevicesInvalid'],
    [404, 'CaNotFound'],
    [400, 'StatusInvalid'],
    [404, 'DeviceNotFound'],
    [404, 'CaNotFound'],
    [400, 'StatusInvalid'],
    [404, 'CaNotFound'],
  ]);
  expect([...world.mqtt.engine.devices(INSTANCE)]).toEqual([]);
});
