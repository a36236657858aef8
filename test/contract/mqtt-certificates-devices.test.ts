import { expect, test } from 'vitest';
import type { NewDevice } from '../../local/mqtt/devices/device.ts';
import type { MqttSettings } from '../../local/mqtt/settings.ts';
import type { CallAnswer } from '../../shared/ports/mqtt-certificates.ts';
import { type CertificatesWorld, certificatesWorld, INSTANCE } from '../support/certificates-world.ts';
import { HTML_200, HTML_503 } from '../support/fault-proxy.ts';

const CA = '00f26900ba87010203';
const DEVICE = '00a10203040506070809';
const NAMED = { instance: INSTANCE, caSpelling: CA, deviceSpelling: DEVICE };
/** 2026-01-01 and 2036-01-01. */
const VALIDITY = { validFrom: 1_767_225_600_000, validUntil: 2_082_758_400_000 };

async function worldWith(
  devices: readonly (Partial<NewDevice> & { readonly serial: string })[],
  settings: Partial<MqttSettings> = {},
): Promise<CertificatesWorld> {
  const world = await certificatesWorld(settings);
  const pair = await world.newPair();
  await world.certificates.registerCa({ instance: INSTANCE, caName: 'works', ...pair });
  const done = world.mqtt.engine.registerDevices(
    INSTANCE,
    CA,
    devices.map((device) => ({ ...VALIDITY, ...device })),
  );
  if (done.kind !== 'registered' || done.refusedCount > 0) throw new Error(`not registered: ${JSON.stringify(done)}`);
  return world;
}

function gist(answer: CallAnswer<unknown>): string {
  return answer.kind === 'answered' ? 'answered' : `${answer.kind} ${answer.code}`;
}

function valueIn<Value>(answer: CallAnswer<Value>): Value {
  if (answer.kind === 'answered') return answer.value;
  throw new Error(gist(answer));
}

const PRESS = { serial: DEVICE, name: 'press 17/东区', status: 'inactive' } as const;

test.each<Partial<MqttSettings>>([
  {},
  { statusAs: 'string', validityAs: 'string' },
  { statusAs: 'number', validityAs: 'number' },
  { pemNewlines: 'literal', devicePemLabel: 'CERTIFICATE' },
  { httpStatuses: 'after', totalCounts: 'results' },
])('a device reads the same alone and on a page, in every form the service may answer in: %j', async (settings) => {
  const { certificates } = await worldWith([PRESS], settings);
  const expected = {
    serialAsReceived: DEVICE,
    serial: 'a10203040506070809',
    caSerialAsReceived: CA,
    name: 'press 17/东区',
    status: 'inactive',
    validFrom: 1_767_225_600_000,
    validUntil: 2_082_758_400_000,
  };
  expect(valueIn(await certificates.getDevice(NAMED))).toEqual(expected);
  const page = valueIn(await certificates.listDevicesOfCa({ instance: INSTANCE, caSpelling: CA, page: 1 }));
  expect(page).toEqual({ devices: [expected], unreadable: 0 });
});

test('the spelling the service uses is told, the canonical one is made from it', async () => {
  const settings = { serialZeros: 'stripped', serialLetters: 'upper', serialLookup: 'any-spelling' } as const;
  const { certificates } = await worldWith([PRESS], settings);
  expect(valueIn(await certificates.getDevice(NAMED))).toMatchObject({
    serialAsReceived: 'A10203040506070809',
    serial: 'a10203040506070809',
    caSerialAsReceived: 'F26900BA87010203',
  });
});

test('pages of a hundred follow each other until one without elements', async () => {
  const serials = Array.from({ length: 250 }, (_, n) => ({ serial: (n + 1).toString(16).padStart(4, '0') }));
  const { certificates, proxy } = await worldWith(serials);
  const sizes: number[] = [];
  const seen = new Set<string>();
  for (let page = 1; sizes.at(-1) !== 0; page += 1) {
    const { devices } = valueIn(await certificates.listDevicesOfCa({ instance: INSTANCE, caSpelling: CA, page }));
    sizes.push(devices.length);
    for (const device of devices) seen.add(device.serial);
  }
  expect(sizes).toEqual([100, 100, 50, 0]);
  expect(seen.size).toBe(250);
  expect(proxy.seen.at(-1)).toBe(`GET /?MqttInstanceId=${INSTANCE}&CaSn=${CA}&PageNo=4&PageSize=100`);
});

test.each(['empty-list', 'null'] as const)('past the end there is a page without elements (%s)', async (pastTheEnd) => {
  const { certificates } = await worldWith([PRESS], { pastTheEnd });
  const empty = { unreadable: 0, devices: [] };
  const request = { instance: INSTANCE, caSpelling: CA, page: 2 };
  expect(valueIn(await certificates.listDevicesOfCa(request))).toEqual(empty);
  expect(valueIn(await certificates.listCas(INSTANCE, 2))).toEqual({ cas: [], unreadable: 0 });
});

test('the CAs of an instance are listed as they are read one by one', async () => {
  const { certificates } = await worldWith([]);
  const alone = valueIn(await certificates.getCa(INSTANCE, CA));
  expect(valueIn(await certificates.listCas(INSTANCE, 1))).toEqual({ cas: [alone], unreadable: 0 });
  expect(alone.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('a device is switched on and off, and the service says so', async () => {
  const { certificates, mqtt } = await worldWith([PRESS]);
  const statusThere = () => mqtt.engine.device(INSTANCE, CA, DEVICE)?.status;
  expect(valueIn(await certificates.activateDevice(NAMED))).toBe(DEVICE);
  expect(statusThere()).toBe('active');
  expect(valueIn(await certificates.getDevice(NAMED))).toMatchObject({ status: 'active' });
  expect(valueIn(await certificates.inactivateDevice(NAMED))).toBe(DEVICE);
  expect(statusThere()).toBe('inactive');
});

test('an activation whose answer is lost may have happened, and here it has', async () => {
  const { certificates, mqtt, proxy } = await worldWith([PRESS]);
  proxy.plan('reset-after');
  expect(gist(await certificates.activateDevice(NAMED))).toBe('no-answer NoConnection');
  expect(mqtt.engine.device(INSTANCE, CA, DEVICE)?.status).toBe('active');
  proxy.plan('reset-before');
  expect(gist(await certificates.inactivateDevice(NAMED))).toBe('no-answer NoConnection');
  expect(mqtt.engine.device(INSTANCE, CA, DEVICE)?.status).toBe('active');
});

test('what is not there, or not allowed, is refused with its code', async () => {
  const { certificates, mqtt } = await worldWith([PRESS]);
  const nobody = { ...NAMED, deviceSpelling: '0b' };
  expect(gist(await certificates.getDevice(nobody))).toBe('refused FindDeviceBySnError');
  expect(gist(await certificates.activateDevice(nobody))).toBe('refused FindDeviceBySnError');
  mqtt.setSettings({ deniedActions: ['ListDeviceCertificateByCaSn'] });
  const page = { instance: INSTANCE, caSpelling: CA, page: 1 };
  expect(gist(await certificates.listDevicesOfCa(page))).toBe('refused PermissionCheckFailed');
});

const page = (elements: unknown): string =>
  JSON.stringify({ RequestId: 'R-1', Data: { Total: 9, PageNo: 1, PageSize: 100, DeviceCertificateVOS: elements } });

const SOUND = { DeviceSn: '0A', DeviceName: 'd', CaSn: CA, Status: '1', ValidBegin: '1', ValidEnd: 2 };

test('one element that can not be read is counted and stops no other', async () => {
  const { certificates, proxy } = await worldWith([]);
  const elements = [null, 7, 'x', {}, { DeviceSn: 'not hex' }, { DeviceSn: 10 }, { DeviceSn: '00' }, SOUND];
  proxy.plan({ status: 200, body: page(elements) });
  const answer = await certificates.listDevicesOfCa({ instance: INSTANCE, caSpelling: CA, page: 1 });
  expect(valueIn(answer)).toEqual({
    devices: [
      {
        serialAsReceived: '0A',
        serial: 'a',
        caSerialAsReceived: CA,
        name: 'd',
        status: 'active',
        validFrom: 1,
        validUntil: 2,
      },
    ],
    unreadable: 7,
  });
});

test('what the service does not say is not made up', async () => {
  const { certificates, proxy } = await worldWith([]);
  const bare = { DeviceSn: '0a', Status: 2, ValidBegin: 'soon', ValidEnd: -1, DeviceName: null, CaSn: null };
  proxy.plan({ status: 200, body: JSON.stringify({ RequestId: 'R-1', Data: bare }) });
  expect(valueIn(await certificates.getDevice(NAMED))).toEqual({
    serialAsReceived: '0a',
    serial: 'a',
    caSerialAsReceived: '',
    name: '',
    status: { unknown: '2' },
  });
});

test.each([
  ['HTML with status 200', HTML_200],
  ['HTML with status 503', HTML_503],
  ['no data', { status: 200, body: '{"RequestId":"R-1"}' }],
  ['data that is null', { status: 200, body: '{"RequestId":"R-1","Data":null}' }],
  ['a list that is none', { status: 200, body: page('many') }],
  ['a list that is an object', { status: 200, body: page({ 0: SOUND }) }],
])('%s is no page and no device, never an empty page', async (_, fault) => {
  const { certificates, proxy } = await worldWith([]);
  proxy.plan(fault, fault);
  const answers = [
    await certificates.listDevicesOfCa({ instance: INSTANCE, caSpelling: CA, page: 1 }),
    await certificates.getDevice(NAMED),
  ];
  expect(answers.map(gist)).toEqual(['no-answer UnreadableAnswer', 'no-answer UnreadableAnswer']);
});

test('no reading holds a certificate', async () => {
  const { certificates } = await worldWith([PRESS]);
  const seen = JSON.stringify([
    await certificates.getDevice(NAMED),
    await certificates.listDevicesOfCa({ instance: INSTANCE, caSpelling: CA, page: 1 }),
    await certificates.listCas(INSTANCE, 1),
  ]);
  expect(seen).toContain('press 17');
  expect(seen).not.toContain('BEGIN');
});
