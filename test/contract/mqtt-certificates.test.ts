import { X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { CallAnswer } from '../../shared/ports/mqtt-certificates.ts';
import { certificatesWorld, INSTANCE, instance, MQTT_KEY } from '../support/certificates-world.ts';
import { type Fault, HTML_200, HTML_503 } from '../support/fault-proxy.ts';

const SERIAL = '00f26900ba87010203';
const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

/** Kind and code, the parts that decide. */
function gist(answer: CallAnswer<unknown>): string {
  return answer.kind === 'answered' ? 'answered' : `${answer.kind} ${answer.code}`;
}

test.each(['query', 'body'] as const)(
  'a pair that is registered is found again, with parameters in the %s',
  async (parameters) => {
    const { adapter, newPair, proxy } = await certificatesWorld();
    const certificates = adapter({ parameters });
    const pair = await newPair();
    const registered = await certificates.registerCa({ instance: INSTANCE, caName: 'plant 7/东区', ...pair });
    expect(registered).toEqual({
      kind: 'answered',
      value: SERIAL,
      requestId: expect.stringMatching(REQUEST_ID) as string,
    });
    const ca = await certificates.getCa(INSTANCE, SERIAL);
    expect(ca).toEqual({
      kind: 'answered',
      requestId: expect.stringMatching(REQUEST_ID) as string,
      value: {
        serialAsReceived: SERIAL,
        serial: 'f26900ba87010203',
        name: 'plant 7/东区',
        status: 'active',
        fingerprint: new X509Certificate(pair.caPem).fingerprint256.replaceAll(':', '').toLowerCase(),
        validFrom: 1577836800000, // 2020-01-01
        validUntil: 2493072000000, // 2049-01-01
      },
    });
    expect(proxy.seen[1]?.includes('CERTIFICATE')).toBe(parameters === 'query');
  },
);

test.each([
  { statusAs: 'number', validityAs: 'number' },
  { pemNewlines: 'literal' },
  { serialZeros: 'stripped', serialLetters: 'upper', serialLookup: 'any-spelling' },
] as const)('every form the service may answer in reads the same: %j', async (settings) => {
  const { certificates, newPair } = await certificatesWorld(settings);
  const pair = await newPair();
  await certificates.registerCa({ instance: INSTANCE, caName: 'works', ...pair });
  const spelling = 'serialZeros' in settings ? 'F26900BA87010203' : SERIAL;
  expect(await certificates.getCa(INSTANCE, spelling)).toMatchObject({
    kind: 'answered',
    value: {
      serialAsReceived: spelling,
      serial: 'f26900ba87010203',
      status: 'active',
      fingerprint: new X509Certificate(pair.caPem).fingerprint256.replaceAll(':', '').toLowerCase(),
      validFrom: 1577836800000,
      validUntil: 2493072000000,
    },
  });
});

test.each(['before', 'after', 'mixed'] as const)(
  'refusals carry the code, whatever HTTP status stands beside it (%s)',
  async (httpStatuses) => {
    const { certificates, newPair } = await certificatesWorld({ httpStatuses });
    expect(await certificates.getCa(INSTANCE, '01')).toEqual({
      kind: 'refused',
      code: 'FindCaBySnError',
      status: { before: 500, after: 400, mixed: 500 }[httpStatuses],
      requestId: expect.stringMatching(REQUEST_ID) as string,
    });
    expect(gist(await certificates.getCa(instance('post-cn-nobody01'), '01'))).toBe('refused MqttInstanceNotFound');
    const pair = await newPair();
    const register = () => certificates.registerCa({ instance: INSTANCE, caName: 'works', ...pair });
    expect(gist(await register())).toBe('answered');
    expect(gist(await register())).toMatch(/^refused (RegisterCodeUsed|SnNotUnique)$/);
  },
);

test.each<[Fault, string]>([
  ['reset-before', 'no-answer NoConnection'],
  ['reset-after', 'no-answer NoConnection'],
  ['cut-short', 'no-answer NoConnection'],
  [HTML_503, 'no-answer UnreadableAnswer'],
  [HTML_200, 'no-answer UnreadableAnswer'],
  [{ status: 502, body: '' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: '' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: '[]' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: 'null' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: '{"RequestId":"R-1"}' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: '{"RequestId":"R-1","Data":{"Sn":"not hex"}}' }, 'no-answer UnreadableAnswer'],
  [{ status: 200, body: '{"RequestId":"R-1","Code":"InternalError","Message":"m"}' }, 'refused InternalError'],
  [{ status: 200, body: '{"RequestId":"R-1","Code":500}' }, 'no-answer UnreadableAnswer'],
  [
    { status: 302, headers: { location: 'http://127.0.0.1/' }, body: '{"Data":{"Sn":"01"}}' },
    'no-answer UnreadableAnswer',
  ],
  [{ status: 400, body: '{"RequestId":"R-1"}' }, 'no-answer UnreadableAnswer'],
  [{ status: 400, body: '{"Code":"Throttling.User","RequestId":"R-1"}' }, 'refused Throttling.User'],
  [{ status: 417, body: '{"Code":"InternalError","RequestId":"R-1"}' }, 'refused InternalError'],
  [{ status: 500, body: '{"Code":"<script>","RequestId":"R-1"}' }, 'no-answer UnreadableAnswer'],
  [
    {
      status: 503,
      headers: { 'content-type': 'text/xml;charset=utf-8' },
      body: '<?xml version="1.0"?><Error><Code>ServiceUnavailable</Code><Message>m</Message><RequestId>R-1</RequestId></Error>',
    },
    'refused ServiceUnavailable',
  ],
])('a call that meets %j is told as what it is, once', async (fault, expected) => {
  const { certificates, proxy } = await certificatesWorld();
  proxy.plan(fault);
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe(expected);
  expect(proxy.seen).toHaveLength(1);
});

test('a success longer than any real one is not read to its end', async () => {
  const { certificates, proxy } = await certificatesWorld();
  proxy.plan({ status: 200, body: `{"Data":{"Sn":"01","CaName":"${'x'.repeat(3_000_000)}"}}` });
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe('no-answer UnreadableAnswer');
});

test('silence ends with our own time limit, on a fresh connection and on a used one', async () => {
  const { adapter, proxy } = await certificatesWorld();
  const certificates = adapter({ timeoutMs: 400 });
  proxy.plan('silence', 'pass', 'silence');
  const started = performance.now();
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe('no-answer Timeout');
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe('refused FindCaBySnError');
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe('no-answer Timeout');
  expect(performance.now() - started).toBeLessThan(3000);
});

test('a registration whose answer is lost may have happened, and here it has', async () => {
  const { certificates, newPair, proxy } = await certificatesWorld();
  const pair = await newPair();
  proxy.plan('reset-after');
  const answer = await certificates.registerCa({ instance: INSTANCE, caName: 'works', ...pair });
  expect(gist(answer)).toBe('no-answer NoConnection');
  expect(gist(await certificates.getCa(INSTANCE, SERIAL))).toBe('answered');
});

test('every call takes a permit first, and only throttling slows the pace', async () => {
  const { certificates, budget, proxy } = await certificatesWorld();
  proxy.plan(
    { status: 400, body: '{"Code":"Throttling.User"}' },
    { status: 403, body: '{"Code":"SystemOverFlow"}' },
    HTML_503,
  );
  for (let calls = 0; calls < 5; calls += 1) await certificates.getCa(INSTANCE, SERIAL);
  expect(budget).toMatchObject({ permits: 5, cuts: 2 });
});

test('wrong credentials are a refusal with its code', async () => {
  const { adapter } = await certificatesWorld();
  expect(gist(await adapter({ secret: 'wrong' }).getCa(INSTANCE, SERIAL))).toBe('refused SignatureDoesNotMatch');
});

test('no answer carries the secret, the token, a certificate or the address', async () => {
  const { adapter, newPair, proxy } = await certificatesWorld();
  const pair = await newPair();
  const certificates = adapter({ timeoutMs: 300 });
  const body = pair.caPem.split('\n')[2] ?? '';
  const answers: CallAnswer<unknown>[] = [];
  const echo = `{"Code":"CertificateContentError","Message":"${body} at http://127.0.0.1/","RequestId":"http://127.0.0.1/"}`;
  for (const fault of [
    'reset-before',
    'reset-after',
    'silence',
    'cut-short',
    HTML_503,
    { status: 400, body: echo },
  ] as const) {
    proxy.plan(fault);
    answers.push(await certificates.registerCa({ instance: INSTANCE, caName: 'works', ...pair }));
  }
  expect(answers.map((answer) => answer.kind)).not.toContain('answered');
  const told = `${inspect(answers, { depth: 20, showHidden: true })} ${JSON.stringify(answers)}`;
  expect(body.length).toBeGreaterThan(20);
  for (const canary of [MQTT_KEY.accessKeySecret, MQTT_KEY.securityToken, body, '127.0.0.1', 'BEGIN']) {
    expect(told).not.toContain(canary);
  }
});
