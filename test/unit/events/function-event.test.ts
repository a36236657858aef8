import { expect, test } from 'vitest';
import { decodeFunctionEvent } from '../../../shared/events/function-event.ts';

const decode = (value: unknown) => decodeFunctionEvent(Buffer.from(JSON.stringify(value)));
const ENTRY = {
  eventName: 'ObjectCreated:PutObject',
  eventSource: 'acs:oss',
  eventTime: '2026-01-01T00:00:00.000Z',
  oss: {
    bucket: { name: 'certs', arn: 'acs:oss:cn-hangzhou:1:certs' },
    object: { key: 'inbox/i/c/ca.pem', eTag: 'abcd', size: 3, deltaSize: 3 },
  },
  requestParameters: { sourceIPAddress: '203.0.113.9' },
  userIdentity: { principalId: '200000000000000001' },
};
const WANTED = {
  bucket: 'certs',
  key: 'inbox/i/c/ca.pem',
  etag: 'ABCD',
  at: 1_767_225_600_000,
  claims: { actor: '200000000000000001', sourceIp: '203.0.113.9' },
};

test("the native OSS trigger's event is read, every entry of it", () => {
  expect(decode({ events: [ENTRY, ENTRY] })).toEqual({ kind: 'objects', events: [WANTED, WANTED] });
});

test('a CloudEvent of EventBridge is read, alone or in a list', () => {
  const cloud = { id: '1', type: 'oss:ObjectCreated:PutObject', source: 'acs.oss', data: ENTRY };
  expect(decode(cloud)).toEqual({ kind: 'objects', events: [WANTED] });
  expect(decode([cloud, cloud])).toEqual({ kind: 'objects', events: [WANTED, WANTED] });
});

test('what only says who and when may be missing or null', () => {
  const { eventTime: _time, requestParameters: _from, userIdentity: _who, ...rest } = ENTRY;
  const { at: _at, ...untimed } = WANTED;
  const wanted = { ...untimed, claims: { actor: '', sourceIp: '' } };
  expect(decode({ events: [rest] })).toEqual({ kind: 'objects', events: [wanted] });
  const nulls = { ...rest, eventTime: null, requestParameters: null, userIdentity: { principalId: null } };
  expect(decode({ events: [nulls] })).toEqual({ kind: 'objects', events: [wanted] });
});

test.each([
  ['inbox/i/c/a%20b.pem', 'inbox/i/c/a b.pem'],
  ['inbox%2Fi%2Fc%2Fca.pem', 'inbox/i/c/ca.pem'],
  ['inbox/i/c/%E8%AF%81.pem', 'inbox/i/c/证.pem'],
  ['inbox/i/c/100%.pem', undefined],
  ['inbox/i/c/%FF.pem', undefined],
  ['inbox/i/c/plain.pem', undefined],
])('%s may also be meant as %s', (key, alternateKey) => {
  const event = decode({ events: [{ ...ENTRY, oss: { ...ENTRY.oss, object: { key } } }] });
  expect(event).toMatchObject({ kind: 'objects', events: [{ key, etag: '' }] });
  expect(event.kind === 'objects' ? event.events[0]?.alternateKey : 'none').toBe(alternateKey);
});

test('a timer event is a tick of its trigger time', () => {
  expect(decode({ triggerTime: '2026-01-01T00:10:00Z', triggerName: 'every-10-minutes', payload: '' })).toEqual({
    kind: 'tick',
    triggerTime: 1_767_226_200_000,
    triggerName: 'every-10-minutes',
  });
});

test.each([
  ['{', 'not-json'],
  ['', 'not-json'],
  ['\ufeff{}', 'not-json'],
  ['null', 'unknown-shape'],
  ['[]', 'unknown-shape'],
  ['"inbox/ca.pem"', 'unknown-shape'],
  ['{"events":[]}', 'unknown-shape'],
  ['{"events":[{"oss":{}}]}', 'unknown-shape'],
  ['{"events":[{"oss":{"bucket":{"name":"b"},"object":{"key":""}}}]}', 'unknown-shape'],
  ['{"triggerTime":"yesterday","triggerName":"t"}', 'unknown-shape'],
  [`{"a":"${'x'.repeat(300_000)}"}`, 'too-large'],
])('%.40s is unreadable: %s', (text, reason) => {
  const event = decodeFunctionEvent(Buffer.from(text));
  expect(event).toMatchObject({ kind: 'unreadable', reason });
  expect(event.kind === 'unreadable' ? event.payloadHash : '').toMatch(/^[0-9a-f]{64}$/);
});

test('a payload of more events than any trigger sends, or of endless keys, is unreadable', () => {
  expect(decode({ events: Array.from({ length: 201 }, () => ENTRY) })).toMatchObject({ kind: 'unreadable' });
  const long = { ...ENTRY, oss: { ...ENTRY.oss, object: { key: `inbox/${'x'.repeat(2048)}` } } };
  expect(decode({ events: [long] })).toMatchObject({ kind: 'unreadable', reason: 'unknown-shape' });
});

test('the same unusable bytes have the same hash, others another', () => {
  const hash = (text: string) => {
    const event = decodeFunctionEvent(Buffer.from(text));
    return event.kind === 'unreadable' ? event.payloadHash : '';
  };
  expect(hash('{')).toBe(hash('{'));
  expect(hash('{')).not.toBe(hash('}'));
});
