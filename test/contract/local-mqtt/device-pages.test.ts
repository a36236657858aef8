import { expect, test } from 'vitest';
import type { MqttSettings } from '../../../local/mqtt/settings.ts';
import { INSTANCE, startWorld, VALIDITY, type World } from './world.ts';

const CA = '0a';
const BY_CA = 'ListDeviceCertificateByCaSn';

interface Seen {
  readonly total: unknown;
  readonly serials: readonly string[] | null;
}

async function pageOf(world: World, PageNo: number, PageSize = 2, action = BY_CA): Promise<Seen> {
  const numbers = { PageNo: String(PageNo), PageSize: String(PageSize) };
  const named = action === BY_CA ? { CaSn: CA } : {};
  const body = await world.call(action, { MqttInstanceId: INSTANCE, ...named, ...numbers });
  const data = body['Data'] as { Total: unknown; DeviceCertificateVOS: readonly { DeviceSn: string }[] | null };
  return { total: data.Total, serials: data.DeviceCertificateVOS?.map((device) => device.DeviceSn) ?? null };
}

const serialsOf = async (world: World, page: number): Promise<readonly string[] | null> =>
  (await pageOf(world, page)).serials;

async function worldOfFive(settings: Partial<MqttSettings> = {}): Promise<World> {
  const world = await startWorld({ settings: { httpStatuses: 'before', ...settings } });
  await world.newCa(CA);
  world.addDevices(CA, '05', '01', '04', '02', '03');
  return world;
}

test('pages follow the order that the switch says', async () => {
  const world = await worldOfFive();
  const all = async (): Promise<unknown> => [
    await serialsOf(world, 1),
    await serialsOf(world, 2),
    await serialsOf(world, 3),
  ];
  expect(await all()).toEqual([['05', '01'], ['04', '02'], ['03']]);
  world.mqtt.setSettings({ listOrder: 'serial' });
  expect(await all()).toEqual([['01', '02'], ['03', '04'], ['05']]);
  world.mqtt.setSettings({ listOrder: 'newest-first' });
  expect(await all()).toEqual([['03', '02'], ['04', '01'], ['05']]);
});

test('a list of the instance shows the devices of all its CAs, a list of one CA its own', async () => {
  const world = await worldOfFive();
  await world.newCa('0b');
  world.addDevices('0b', 'b1');
  world.addDevices(CA, '06');
  expect((await pageOf(world, 1, 100)).serials).toEqual(['05', '01', '04', '02', '03', '06']);
  expect(await pageOf(world, 1, 100, 'ListDeviceCertificate')).toEqual({
    total: 1,
    serials: ['05', '01', '04', '02', '03', '00b1', '06'],
  });
});

test('Total counts what the operation’s page describes, or always pages, or always results', async () => {
  const world = await worldOfFive();
  const totals = async (): Promise<unknown> => [
    (await pageOf(world, 1)).total,
    (await pageOf(world, 1, 2, 'ListDeviceCertificate')).total,
  ];
  expect(await totals()).toEqual([5, 3]);
  world.mqtt.setSettings({ totalCounts: 'pages' });
  expect(await totals()).toEqual([3, 3]);
  world.mqtt.setSettings({ totalCounts: 'results' });
  expect(await totals()).toEqual([5, 5]);
});

test('past the end there is an empty list, null, or the last page once more', async () => {
  const world = await worldOfFive();
  expect(await serialsOf(world, 4)).toEqual([]);
  world.mqtt.setSettings({ pastTheEnd: 'null' });
  expect(await serialsOf(world, 4)).toBeNull();
  world.mqtt.setSettings({ pastTheEnd: 'last-page' });
  expect([await serialsOf(world, 4), await serialsOf(world, 1_000_000)]).toEqual([['03'], ['03']]);
});

test('page numbers begin at 1 and pages hold 1 to 100', async () => {
  const world = await worldOfFive();
  const codes: string[] = [];
  for (const [PageNo, PageSize] of [
    ['1', '100'],
    ['0', '10'],
    ['1', '0'],
    ['1', '101'],
    ['', '10'],
    ['1.5', '10'],
  ] as const) {
    codes.push(await world.codeOf(BY_CA, { MqttInstanceId: INSTANCE, CaSn: CA, PageNo, PageSize }));
  }
  expect(codes).toEqual(['OK 200', ...Array.from({ length: 5 }, () => 'ParameterFieldCheckFailed 500')]);
});

test('the list of an unknown CA is refused, under either code, or is empty', async () => {
  const world = await worldOfFive();
  const unknown = { MqttInstanceId: INSTANCE, CaSn: 'ff', PageNo: '1', PageSize: '10' };
  expect(await world.codeOf(BY_CA, unknown)).toBe('FindDeviceBySnError 500');
  world.mqtt.setSettings({ unknownCaOfDevice: 'FindCaBySnError' });
  expect(await world.codeOf(BY_CA, unknown)).toBe('FindCaBySnError 500');
  world.mqtt.setSettings({ listOfUnknownCa: 'empty' });
  expect((await world.call(BY_CA, unknown))['Data']).toEqual({
    Total: 0,
    PageNo: 1,
    PageSize: 10,
    DeviceCertificateVOS: [],
  });
});

test('a page may be short, empty, null or the one before it, once, while the others are whole', async () => {
  const world = await worldOfFive();
  const spoiled = async (fault: 'page-short' | 'page-empty' | 'page-null' | 'page-repeated'): Promise<unknown> => {
    world.mqtt.setFaults([{ action: BY_CA, page: 2, times: 1, fault }]);
    return [await serialsOf(world, 1), await serialsOf(world, 2), await serialsOf(world, 3), await serialsOf(world, 2)];
  };
  const [first, second, third] = [['05', '01'], ['04', '02'], ['03']];
  expect(await spoiled('page-short')).toEqual([first, ['04'], third, second]);
  expect(await spoiled('page-empty')).toEqual([first, [], third, second]);
  expect(await spoiled('page-null')).toEqual([first, null, third, second]);
  expect(await spoiled('page-repeated')).toEqual([first, first, third, second]);
});

test('a list of CAs is spoiled in the same ways', async () => {
  const world = await worldOfFive();
  const parameters = { MqttInstanceId: INSTANCE, PageNo: '1', PageSize: '10' };
  world.mqtt.setFaults([{ action: 'ListCaCertificate', times: 1, fault: 'page-null' }]);
  expect((await world.call('ListCaCertificate', parameters))['Data']).toMatchObject({ CaCertificateVOS: null });
  expect((await world.call('ListCaCertificate', parameters))['Data']).toMatchObject({ CaCertificateVOS: [{ Sn: CA }] });
});

test('pages shift under a reader when a device is deleted or registers between them', async () => {
  const world = await worldOfFive({ listOrder: 'newest-first' });
  const { engine } = world.mqtt;
  const told: unknown[] = [];
  world.mqtt.setHooks({
    beforeList: (list) => {
      told.push(list);
      if (list.number === 2) engine.connect(INSTANCE, CA, { serial: '06', ...VALIDITY });
      if (list.number === 3) engine.deleteDevice(INSTANCE, CA, '06');
    },
  });
  const seen = [await serialsOf(world, 1), await serialsOf(world, 2), await serialsOf(world, 3)];
  expect(seen).toEqual([['03', '02'], ['02', '04'], ['05']]); // 02 twice, 01 never
  expect(told[1]).toEqual({ action: BY_CA, instance: INSTANCE, ca: CA, number: 2, size: 2 });
});

test('a device may vanish between its page and its reading, and a CA before a list', async () => {
  const world = await worldOfFive();
  const { engine } = world.mqtt;
  world.mqtt.setHooks({
    beforeCall: ({ action, parameters }) => {
      if (action === 'GetDeviceCertificate') engine.deleteDevice(INSTANCE, CA, parameters.get('DeviceSn') ?? '');
    },
  });
  const device = { MqttInstanceId: INSTANCE, CaSn: CA, DeviceSn: '05' };
  expect(await serialsOf(world, 1)).toEqual(['05', '01']);
  expect(await world.codeOf('GetDeviceCertificate', device)).toBe('FindDeviceBySnError 500');
  world.mqtt.setHooks({ beforeList: () => engine.deleteCa(INSTANCE, CA) });
  const page = { MqttInstanceId: INSTANCE, CaSn: CA, PageNo: '2', PageSize: '2' };
  expect(await world.codeOf(BY_CA, page)).toBe('FindDeviceBySnError 500');
});
