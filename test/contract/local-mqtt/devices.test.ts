import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { INSTANCE, OTHER_INSTANCE, startWorld, VALIDITY, type World } from './world.ts';

const BEFORE = { settings: { httpStatuses: 'before' } } as const;
const CA = '00f2ab34cd';
const DEVICE = '0c41d2aa90';
const NAMED = { MqttInstanceId: INSTANCE, CaSn: CA, DeviceSn: DEVICE };

const CALLS = {
  get: 'GetDeviceCertificate',
  activate: 'ActiveDeviceCertificate',
  inactivate: 'InactivateDeviceCertificate',
  remove: 'DeleteDeviceCertificate',
} as const;

async function worldWithDevice(wishes: Parameters<typeof startWorld>[0] = BEFORE): Promise<World> {
  const world = await startWorld(wishes);
  await world.newCa(CA);
  world.addDevices(CA, { serial: DEVICE, name: 'press-17' });
  return world;
}

const dataOf = async (world: World, action: string, parameters: Readonly<Record<string, string>>): Promise<unknown> =>
  (await world.call(action, parameters))['Data'];

test('a device is shown whole, in the types that the examples of the two operations print', async () => {
  const world = await worldWithDevice();
  const got = (await dataOf(world, 'GetDeviceCertificate', NAMED)) as Readonly<Record<string, unknown>>;
  const common = {
    DeviceSn: '0c41d2aa90',
    DeviceName: 'press-17',
    CaSn: '00f2ab34cd',
    DeviceContent: got['DeviceContent'],
  };
  expect(got).toEqual({ ...common, ValidBegin: 1_767_225_600_000, ValidEnd: 2_082_758_400_000, Status: 1 });

  const page = { MqttInstanceId: INSTANCE, PageNo: '1', PageSize: '100' };
  const listed = [{ ...common, ValidBegin: '1767225600000', ValidEnd: '2082758400000', Status: '1' }];
  const data = { Total: 1, PageNo: 1, PageSize: 100, DeviceCertificateVOS: listed };
  expect(await dataOf(world, 'ListDeviceCertificate', page)).toEqual(data);
  expect(await dataOf(world, 'ListDeviceCertificateByCaSn', { ...page, CaSn: CA })).toEqual(data);

  world.mqtt.setSettings({ statusAs: 'string', validityAs: 'number' });
  const times = { ValidBegin: 1_767_225_600_000, ValidEnd: 2_082_758_400_000 };
  expect(await dataOf(world, 'GetDeviceCertificate', NAMED)).toEqual({ ...common, ...times, Status: '1' });
});

test('made-up content is a readable certificate of that device under an odd label, the same every time', async () => {
  const world = await worldWithDevice();
  const contentOf = async (): Promise<string> =>
    ((await dataOf(world, 'GetDeviceCertificate', NAMED)) as { DeviceContent: string }).DeviceContent;
  const odd = await contentOf();
  expect(odd).toMatch(
    /^-----BEGIN DEVICECERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END DEVICECERTIFICATE-----\n$/,
  );
  expect(odd.length).toBeGreaterThan(1000);
  expect(odd.length).toBeLessThan(1400);
  expect(() => new X509Certificate(odd)).toThrow();
  expect(await contentOf()).toBe(odd);

  world.mqtt.setSettings({ devicePemLabel: 'CERTIFICATE' });
  const certificate = new X509Certificate(await contentOf());
  expect(certificate.serialNumber).toBe('0C41D2AA90');
  expect(certificate.subject).toBe('CN=press-17');
  expect(certificate.issuer).toBe('CN=CA 00f2ab34cd\nO=Example');
  expect(Date.parse(certificate.validFrom)).toBe(VALIDITY.validFrom);
  expect(Date.parse(certificate.validTo)).toBe(VALIDITY.validUntil);
  expect(certificate.ca).toBe(false);

  world.mqtt.setSettings({ devicePemLabel: 'DEVICECERTIFICATE', pemNewlines: 'literal' });
  expect(await contentOf()).toBe(odd.replaceAll('\n', '\\n'));
});

test('content that was handed over comes back as it was, but for the label', async () => {
  const world = await worldWithDevice();
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  world.addDevices(CA, { serial: '0c41d2aa91', pem });
  const read = async (): Promise<unknown> =>
    dataOf(world, 'GetDeviceCertificate', { ...NAMED, DeviceSn: '0c41d2aa91' });
  expect(await read()).toMatchObject({
    DeviceContent: '-----BEGIN DEVICECERTIFICATE-----\nAAAA\n-----END DEVICECERTIFICATE-----\n',
  });
  world.mqtt.setSettings({ devicePemLabel: 'CERTIFICATE' });
  expect(await read()).toMatchObject({ DeviceContent: pem });
});

test('a device is switched off and on, as often as one likes, and its answer says its serial alone', async () => {
  const world = await worldWithDevice();
  const answer = { RequestId: expect.any(String) as string, DeviceSn: DEVICE };
  const steps = ['inactivate', 'inactivate', 'activate', 'activate'] as const;
  const seen: unknown[] = [];
  for (const step of steps) {
    expect(await world.call(CALLS[step], NAMED)).toEqual(answer);
    seen.push(((await dataOf(world, 'GetDeviceCertificate', NAMED)) as { Status: unknown }).Status);
  }
  expect(seen).toEqual([0, 0, 1, 1]);
});

test('a device is switched on whatever its CA and its dates say: no page lists a code for that', async () => {
  const world = await worldWithDevice();
  world.addDevices(CA, { serial: '77', validFrom: 1, validUntil: 2, status: 'inactive' });
  world.mqtt.engine.setCaStatus(INSTANCE, CA, 'inactive');
  expect(await world.codeOf('ActiveDeviceCertificate', { ...NAMED, DeviceSn: '77' })).toBe('OK 200');
  expect(world.mqtt.engine.device(INSTANCE, CA, '77')?.status).toBe('active');
});

test('a deleted device is gone until it connects again', async () => {
  const world = await worldWithDevice();
  expect(await world.codeOf('DeleteDeviceCertificate', NAMED)).toBe('OK 200');
  for (const action of Object.values(CALLS)) {
    expect(await world.codeOf(action, NAMED)).toBe('FindDeviceBySnError 500');
  }
  expect(world.mqtt.engine.connect(INSTANCE, CA, { serial: DEVICE, ...VALIDITY })).toEqual({
    kind: 'accepted',
    isNew: true,
  });
  expect(await world.codeOf('GetDeviceCertificate', NAMED)).toBe('OK 200');
});

test('an unknown device, CA or instance has its code, whatever status comes with it', async () => {
  const world = await worldWithDevice();
  const cases = [
    { ...NAMED, DeviceSn: '0c41d2aa99' },
    { ...NAMED, DeviceSn: 'not hex' },
    { ...NAMED, CaSn: '01' },
    { ...NAMED, MqttInstanceId: OTHER_INSTANCE },
    { ...NAMED, MqttInstanceId: 'post-cn-zzzz' },
    { MqttInstanceId: INSTANCE, CaSn: CA },
    { MqttInstanceId: INSTANCE, DeviceSn: DEVICE },
    { ...NAMED, DeviceSn: 'a'.repeat(129) },
  ];
  for (const action of Object.values(CALLS)) {
    const seen: string[] = [];
    for (const parameters of cases) seen.push(await world.codeOf(action, parameters));
    expect(seen).toEqual([
      'FindDeviceBySnError 500',
      'FindDeviceBySnError 500',
      'FindDeviceBySnError 500',
      'FindDeviceBySnError 500',
      'MqttInstanceNotFound 500',
      'ParameterFieldCheckFailed 500',
      'ParameterFieldCheckFailed 500',
      'ParameterFieldCheckFailed 500',
    ]);
  }
  const statuses: string[][] = [];
  for (const httpStatuses of ['after', 'mixed'] as const) {
    world.mqtt.setSettings({ httpStatuses, unknownCaOfDevice: 'FindCaBySnError' });
    const unknown = { ...NAMED, DeviceSn: '99' };
    statuses.push([
      await world.codeOf('ActiveDeviceCertificate', unknown),
      await world.codeOf('ActiveDeviceCertificate', { ...NAMED, CaSn: '01' }),
      await world.codeOf('ActiveDeviceCertificate', { MqttInstanceId: INSTANCE }),
    ]);
  }
  expect(statuses).toEqual([
    ['FindDeviceBySnError 400', 'FindCaBySnError 400', 'ParameterFieldCheckFailed 400'],
    ['FindDeviceBySnError 500', 'FindCaBySnError 500', 'ParameterFieldCheckFailed 400'],
  ]);
});

test('a device serial follows the spelling switches, in answers and in look-ups', async () => {
  const world = await worldWithDevice();
  world.addDevices(CA, '00f2');
  const find = (DeviceSn: string, CaSn = CA): Promise<string> =>
    world.codeOf('GetDeviceCertificate', { ...NAMED, CaSn, DeviceSn });
  expect([await find('00f2'), await find('f2')]).toEqual(['OK 200', 'FindDeviceBySnError 500']);
  world.mqtt.setSettings({ serialZeros: 'stripped', serialLetters: 'upper' });
  expect([await find('F2', 'F2AB34CD'), await find('00f2', 'F2AB34CD'), await find('F2')]).toEqual([
    'OK 200',
    'FindDeviceBySnError 500',
    'FindDeviceBySnError 500',
  ]);
  expect(await world.call('InactivateDeviceCertificate', { ...NAMED, CaSn: 'F2AB34CD', DeviceSn: 'F2' })).toMatchObject(
    {
      DeviceSn: 'F2',
    },
  );
  world.mqtt.setSettings({ serialLookup: 'any-spelling' });
  expect([await find('00:f2'), await find('000F2', 'f2ab34cd'), await find('f2')]).toEqual([
    'OK 200',
    'OK 200',
    'OK 200',
  ]);
});

test('a POST is refused for what only reads, and RAM names its own action for switching off', async () => {
  const world = await worldWithDevice({ settings: { deniedActions: ['InactivateDeviceCertificate'] } });
  expect(await world.codeOf('GetDeviceCertificate', NAMED, { method: 'POST' })).toBe('UnsupportedHTTPMethod 403');
  expect(await world.codeOf('ActiveDeviceCertificate', NAMED, { method: 'GET' })).toBe('OK 200');
  await expect(world.call('InactivateDeviceCertificate', NAMED)).rejects.toMatchObject({
    code: 'PermissionCheckFailed',
    accessDeniedDetail: { AuthAction: 'mq:UnregisterDeviceCertificate' },
  });
});

test('the history says who switched what and when, in every way there is', async () => {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const clock = { now: () => now, realNow: () => Date.now(), offsetMs: () => 0, advance: () => undefined };
  const world = await worldWithDevice({ clock });
  const { engine } = world.mqtt;
  now += 1000;
  await world.call('InactivateDeviceCertificate', NAMED);
  now += 1000;
  engine.setDeviceStatus(INSTANCE, 'F2:AB:34:CD', DEVICE, 'active');
  await world.call('ActiveDeviceCertificate', NAMED);
  await world.codeOf('ActiveDeviceCertificate', { ...NAMED, DeviceSn: '99' });
  engine.connect(INSTANCE, CA, { serial: '42', ...VALIDITY });
  engine.deleteDevice(INSTANCE, CA, '42');
  engine.setCaStatus(INSTANCE, CA, 'inactive');
  await world.call('ActiveCaCertificate', { MqttInstanceId: INSTANCE, Sn: CA });
  engine.deleteCa(INSTANCE, CA);
  const key = 'LTAIexampleexample01';
  const at = Date.parse('2026-03-01T00:00:00Z');
  const device = { instance: INSTANCE, ca: CA, device: DEVICE };
  const other = { instance: INSTANCE, ca: CA, device: '42' };
  const ca = { instance: INSTANCE, ca: CA };
  expect(world.mqtt.history()).toEqual([
    { ...ca, at, action: 'ca-registered', by: key, changed: true },
    { ...ca, at, action: 'registered', by: 'device', changed: true, count: 1 },
    { ...device, at: at + 1000, action: 'inactivated', by: key, changed: true },
    { ...device, at: at + 2000, action: 'activated', by: 'console', changed: true },
    { ...device, at: at + 2000, action: 'activated', by: key, changed: false },
    { ...other, at: at + 2000, action: 'registered', by: 'device', changed: true },
    { ...other, at: at + 2000, action: 'deleted', by: 'console', changed: true },
    { ...ca, at: at + 2000, action: 'ca-inactivated', by: 'console', changed: true },
    { ...ca, at: at + 2000, action: 'ca-activated', by: key, changed: true },
    { ...ca, at: at + 2000, action: 'ca-deleted', by: 'console', changed: true, count: 1 },
  ]);
});

test('a restart keeps devices with everything known of them, a reset forgets them', async () => {
  const first = await worldWithDevice();
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  first.addDevices(CA, '01', { serial: '02', name: '西线 2', pem }, '03');
  await first.call('InactivateDeviceCertificate', NAMED);
  await first.call('DeleteDeviceCertificate', { ...NAMED, DeviceSn: '01' });
  await first.mqtt.close();

  const second = await startWorld({ dataFolder: first.folder });
  const common = { caSerialHex: CA, ...VALIDITY, pem: undefined };
  expect([...second.mqtt.engine.devices(INSTANCE)]).toEqual([
    { ...common, serialHex: DEVICE, name: 'press-17', status: 'inactive' },
    { ...common, serialHex: '02', name: '西线 2', status: 'active', pem },
    { ...common, serialHex: '03', name: 'device-03', status: 'active' },
  ]);
  await second.mqtt.reset();
  expect([...second.mqtt.engine.devices(INSTANCE)]).toEqual([]);
  expect(second.mqtt.history()).toEqual([]);
  await second.mqtt.close();
  const third = await startWorld({ dataFolder: first.folder });
  expect([...third.mqtt.engine.devices(INSTANCE)]).toEqual([]);
});

test('devices that are not to be kept are gone after a restart', async () => {
  const first = await worldWithDevice({ persistDevices: false });
  await first.mqtt.close();
  const second = await startWorld({ dataFolder: first.folder });
  expect([...second.mqtt.engine.devices(INSTANCE)]).toEqual([]);
  expect(second.mqtt.engine.cas()).toHaveLength(1);
});
