import { beforeAll, expect, test } from 'vitest';
import type { NewDevice } from '../../../../local/mqtt/devices/device.ts';
import { createMqttEngine, type MqttEngine } from '../../../../local/mqtt/engine.ts';
import { DEFAULT_MQTT_SETTINGS } from '../../../../local/mqtt/settings.ts';
import type { RegisteredCa } from '../../../../local/mqtt/state.ts';
import {
  FAR_AHEAD,
  LONG_AGO,
  makeCa,
  makeDevice,
  makeKeys,
  type TestCa,
} from '../../../contract/local-mqtt/make-pair.ts';

const I = 'post-cn-aaaa1111';
const NOW = Date.parse('2026-03-01T00:00:00Z');
const VALID = { validFrom: LONG_AGO.getTime(), validUntil: FAR_AHEAD.getTime() };
const ACCEPTED_NEW = { kind: 'accepted', isNew: true };
const ACCEPTED = { kind: 'accepted', isNew: false };
const refused = (reason: string): unknown => ({ kind: 'refused', reason });

let ca: TestCa;
beforeAll(async () => {
  ca = await makeCa({ serial: '0a' });
});

interface Broker {
  readonly engine: MqttEngine;
  readonly connect: (device?: Partial<NewDevice>) => unknown;
}

function brokerWith(more: Partial<RegisteredCa> = {}): Broker {
  const held: RegisteredCa = {
    instance: I,
    serialHex: '0a',
    name: 'works',
    caPem: ca.pem,
    verificationPem: '',
    registrationCode: '',
    validBegin: LONG_AGO.getTime(),
    validEnd: FAR_AHEAD.getTime(),
    status: 'active',
    ...more,
  };
  const state = { codes: [], cas: [held] };
  const engine = createMqttEngine({ instances: [I], settings: DEFAULT_MQTT_SETTINGS, state, now: () => NOW });
  return { engine, connect: (device = {}) => engine.connect(I, '0a', { serial: '01', ...VALID, ...device }) };
}

test('the first connection registers a device, the next one finds it', () => {
  const { engine, connect } = brokerWith();
  expect(connect({ status: 'inactive' })).toEqual(ACCEPTED_NEW);
  expect(engine.device(I, '0a', '01')?.status).toBe('active');
  expect(connect()).toEqual(ACCEPTED);
});

test('an inactive device is kept out, whatever its CA is', () => {
  const { engine, connect } = brokerWith();
  connect();
  engine.setDeviceStatus(I, '0a', '01', 'inactive');
  expect(connect()).toEqual(refused('device-inactive'));
  engine.setCaStatus(I, '0a', 'inactive');
  expect(connect()).toEqual(refused('device-inactive'));
});

test('an inactive CA keeps out devices that are not registered, and no other', () => {
  const { engine, connect } = brokerWith();
  connect();
  engine.setCaStatus(I, '0a', 'inactive');
  expect(connect()).toEqual(ACCEPTED);
  expect(connect({ serial: '02' })).toEqual(refused('ca-inactive'));
  expect(engine.device(I, '0a', '02')).toBeUndefined();
});

test('a CA that is not registered lets nobody in', () => {
  const { engine, connect } = brokerWith();
  connect();
  engine.deleteCa(I, '0a');
  expect(connect()).toEqual(refused('ca-unknown'));
});

test('a device is in date from its first to its last second, and so is its CA', () => {
  const { connect } = brokerWith();
  const at = (validFrom: number, validUntil: number): unknown => connect({ serial: '02', validFrom, validUntil });
  expect(at(NOW + 1, NOW + 2)).toEqual(refused('not-valid-now'));
  expect(at(0, NOW - 1000)).toEqual(refused('not-valid-now'));
  expect(at(NOW, NOW)).toEqual(ACCEPTED_NEW);
  expect(at(0, NOW - 1000)).toEqual(refused('not-valid-now'));
  expect(brokerWith({ validEnd: NOW - 1000 }).connect()).toEqual(refused('not-valid-now'));
});

test('a certificate that is shown must be the device’s own, in date, and signed by the CA', async () => {
  const { engine, connect } = brokerWith();
  const stranger = await makeKeys('ec');
  const tooOld = new Date('2021-01-01T00:00:00Z');
  expect(connect({ pem: await makeDevice(ca, '01', { signedBy: stranger }) })).toEqual(refused('not-issued-by-ca'));
  expect(connect({ pem: await makeDevice(ca, '01', { issuer: 'CN=Other' }) })).toEqual(refused('not-issued-by-ca'));
  expect(connect({ pem: await makeDevice(ca, '02') })).toEqual(refused('not-issued-by-ca'));
  expect(connect({ pem: await makeDevice(ca, '01', { notAfter: tooOld }) })).toEqual(refused('not-valid-now'));
  expect(connect({ pem: 'hello' })).toEqual(refused('unreadable'));
  expect(connect({ serial: 'hello' })).toEqual(refused('unreadable'));
  expect([...engine.devices(I)]).toEqual([]);
  expect(connect({ pem: await makeDevice(ca, '01') })).toEqual(ACCEPTED_NEW);
});

test('a serial that another CA’s device holds is taken, unless serials are the CA’s own', () => {
  const { engine, connect } = brokerWith();
  const other = createMqttEngine({
    instances: [I],
    settings: DEFAULT_MQTT_SETTINGS,
    state: { codes: [], cas: ['0a', '0b'].map((serialHex) => ({ ...firstCa(engine), serialHex })) },
    now: () => NOW,
  });
  expect(connect()).toEqual(ACCEPTED_NEW);
  const device = { serial: '0001', ...VALID };
  expect(other.connect(I, '0a', device)).toEqual(ACCEPTED_NEW);
  expect(other.connect(I, '0b', device)).toEqual(refused('serial-taken'));
  other.setSettings({ deviceSerialScope: 'ca' });
  expect(other.connect(I, '0b', device)).toEqual(ACCEPTED_NEW);
});

function firstCa(engine: MqttEngine): RegisteredCa {
  const [first] = engine.cas(I);
  if (first === undefined) throw new Error('no CA');
  return first;
}
