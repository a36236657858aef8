import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { signV3 } from '../../../local/mqtt/signature.ts';
import { sha256Hex } from '../../../local/signed-request.ts';
import { makeCa, makeVerification } from './make-pair.ts';
import { CREDENTIALS, INSTANCE, STS, startWorld, type WireBody, type World } from './world.ts';

const OURS = { MqttInstanceId: INSTANCE };
const TARGET = `/?MqttInstanceId=${INSTANCE}`;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: WireBody;
}

/** A request below the SDK, for what the SDK would never send. */
function send(world: World, headers: Readonly<Record<string, string>>, localAddress = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: world.mqtt.port, path: TARGET, headers, localAddress, agent: false };
    const request = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const body = (text === '' ? {} : JSON.parse(text)) as WireBody;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on('error', reject).end();
  });
}

interface Signing {
  readonly date?: string;
  readonly nonce?: string;
  readonly secret?: string;
  readonly unsigned?: Readonly<Record<string, string>>;
}

let nonceCount = 0;

function signedHeaders(world: World, signing: Signing = {}): Record<string, string> {
  nonceCount += 1;
  const headers = {
    host: `127.0.0.1:${String(world.mqtt.port)}`,
    'x-acs-action': 'GetRegisterCode',
    'x-acs-version': '2020-04-20',
    'x-acs-date': signing.date ?? `${new Date().toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': signing.nonce ?? `nonce-${String(nonceCount)}`,
    'x-acs-content-sha256': sha256Hex(''),
  };
  const names = Object.keys(headers);
  const signed = { method: 'GET', path: '/', query: Object.entries(OURS), headers: new Map(Object.entries(headers)) };
  const signature = signV3(signed, names, signing.secret ?? CREDENTIALS.accessKeySecret);
  const credential = `Credential=${CREDENTIALS.accessKeyId}`;
  const authorization = `ACS3-HMAC-SHA256 ${credential},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { ...headers, ...signing.unsigned, authorization };
}

const isoAt = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

test('each wrong key, secret or token has its own code', async () => {
  const world = await startWorld();
  const codeWith = (key: object): Promise<string> => world.codeOf('GetRegisterCode', OURS, { key });
  expect(await codeWith(STS)).toBe('OK 200');
  expect(await codeWith({ ...CREDENTIALS, accessKeyId: 'LTAInobody' })).toBe('InvalidAccessKeyId.NotFound 404');
  expect(await codeWith({ ...CREDENTIALS, accessKeySecret: 'wrong' })).toBe('SignatureDoesNotMatch 400');
  expect(await codeWith({ ...STS, securityToken: 'CAISother' })).toBe('InvalidSecurityToken.MismatchWithAccessKey 400');
  expect(await codeWith({ ...STS, securityToken: undefined })).toBe('MissingSecurityToken 400');
  expect(await codeWith({ ...CREDENTIALS, securityToken: 'x' })).toBe('InvalidSecurityToken.Malformed 400');
  world.mqtt.setSettings({ expiredKeys: [STS.accessKeyId], inactiveKeys: [CREDENTIALS.accessKeyId] });
  expect(await codeWith(STS)).toBe('InvalidSecurityToken.Expired 400');
  expect(await codeWith(CREDENTIALS)).toBe('InvalidAccessKeyId.Inactive 400');
});

test('the older signature is refused by name, no signature as incomplete', async () => {
  const world = await startWorld();
  const older = { ...CREDENTIALS, signatureAlgorithm: 'v2' };
  expect(await world.codeOf('GetRegisterCode', OURS, { key: older })).toBe('UnsupportedSignature 400');
  expect((await send(world, {})).body['Code']).toBe('IncompleteSignature');
  expect((await send(world, { authorization: 'OSS x:y' })).body['Code']).toBe('UnsupportedSignature');
});

test('a date is good within fifteen minutes of the real or of the moved time', async () => {
  const world = await startWorld();
  const codeAt = async (date: string): Promise<unknown> =>
    (await send(world, signedHeaders(world, { date }))).body['Code'] ?? 'OK';
  const hour = 3_600_000;
  expect(await codeAt(isoAt(Date.now() - 14 * 60_000))).toBe('OK');
  expect(await codeAt(isoAt(Date.now() - 16 * 60_000))).toBe('InvalidTimeStamp.Expired');
  expect(await codeAt(isoAt(Date.now() + 16 * 60_000))).toBe('InvalidTimeStamp.Expired');
  expect(await codeAt('2026-01-02 03:04:05')).toBe('InvalidTimeStamp.Format');
  world.clock.advance(hour);
  expect(await codeAt(isoAt(Date.now() + hour))).toBe('OK');
  expect(await codeAt(isoAt(Date.now()))).toBe('OK');
  expect(await codeAt(isoAt(Date.now() + hour / 2))).toBe('InvalidTimeStamp.Expired');
});

test('a nonce is good once, and a forged request does not spend it', async () => {
  const world = await startWorld();
  const code = async (signing: Signing): Promise<unknown> =>
    (await send(world, signedHeaders(world, signing))).body['Code'] ?? 'OK';
  expect(await code({ nonce: 'once', secret: 'forged' })).toBe('SignatureDoesNotMatch');
  expect(await code({ nonce: 'once' })).toBe('OK');
  expect(await code({ nonce: 'once' })).toBe('SignatureNonceUsed');
});

test('a header that must be signed and is not makes the signature incomplete', async () => {
  const world = await startWorld();
  const answer = await send(world, signedHeaders(world, { unsigned: { 'x-acs-security-token': 'x' } }));
  expect(answer.body).toMatchObject({ Code: 'IncompleteSignature', HostId: 'onsmqtt.cn-hangzhou.aliyuncs.com' });
  expect(answer.body['Message']).toContain('not signed: x-acs-security-token');
});

test('RAM says what it denied', async () => {
  const world = await startWorld({ settings: { deniedActions: ['GetRegisterCode'] } });
  const answer = await send(world, signedHeaders(world));
  expect(answer.status).toBe(403);
  expect(answer.body['AccessDeniedDetail']).toMatchObject({
    AuthAction: 'mq:GetRegisterCode',
    AuthPrincipalOwnerId: '1234567890123456',
  });
});

test('every planned fault reaches the SDK the way the real one would', async () => {
  const world = await startWorld({ settings: { httpStatuses: 'after' } });
  const faults = [
    'throttle',
    'internal-error',
    'system-overflow',
    'ca-count-unreadable',
    'empty-503',
    'html-502',
  ] as const;
  const later = ['html-200', 'reset-before', 'silence'] as const;
  world.mqtt.setFaults([...faults, ...later].map((fault) => ({ action: 'GetRegisterCode', times: 1, fault })));
  const seen: string[] = [];
  for (const fault of [...faults, ...later, 'none']) {
    seen.push(await world.codeOf('GetRegisterCode', OURS, fault === 'silence' ? { readTimeoutMs: 100 } : {}));
  }
  expect(seen).toEqual([
    'Throttling.User 400',
    'InternalError 417',
    'SystemOverFlow 403',
    'GetCaNumError 401',
    'SyntaxError',
    'SyntaxError',
    'SyntaxError',
    'ECONNRESET',
    'RequestTimeoutError',
    'OK 200',
  ]);
  expect(world.mqtt.engine.codes()).toHaveLength(1);
  expect(world.mqtt.calls().map((call) => call.code)).toEqual([...faults, ...later, 'OK']);
});

test('a reset after applying leaves the CA registered, a reset before leaves nothing', async () => {
  const world = await startWorld();
  const ca = await makeCa({ serial: '42' });
  const pems = { ca: ca.pem, verification: await makeVerification(ca, await world.newCode()) };
  world.mqtt.setFaults([
    { action: 'RegisterCaCertificate', times: 1, fault: 'reset-before' },
    { action: 'RegisterCaCertificate', times: 1, fault: 'reset-after' },
  ]);
  expect(await world.register(pems)).toBe('ECONNRESET');
  expect(world.mqtt.engine.cas()).toEqual([]);
  expect(await world.register(pems)).toBe('ECONNRESET');
  expect(world.mqtt.engine.cas(INSTANCE)).toMatchObject([{ serialHex: '42', status: 'active' }]);
  expect(await world.register(pems)).toBe('RegisterCodeUsed 500');
});

test('the account is throttled over its limit and told how long to wait', async () => {
  let now = 0;
  const world = await startWorld({ settings: { callsPerSecond: 2 }, monotonicNow: () => now });
  expect((await send(world, signedHeaders(world))).status).toBe(200);
  now = 250;
  expect((await send(world, signedHeaders(world))).status).toBe(200);
  const answer = await send(world, signedHeaders(world));
  expect([answer.status, answer.body['Code'], answer.headers['x-acs-retry-after']]).toEqual([
    400,
    'Throttling.User',
    '750',
  ]);
  now = 1000;
  expect((await send(world, signedHeaders(world))).status).toBe(200);
  expect(world.mqtt.calls()).toEqual([
    { at: 0, action: 'GetRegisterCode', source: '127.0.0.1', code: 'OK' },
    { at: 250, action: 'GetRegisterCode', source: '127.0.0.1', code: 'OK' },
    { at: 250, action: 'GetRegisterCode', source: '127.0.0.1', code: 'Throttling.User' },
    { at: 1000, action: 'GetRegisterCode', source: '127.0.0.1', code: 'OK' },
  ]);
});

test('an address over its limit is cut off or hears nothing, others are served, and the block ends', async () => {
  let now = 0;
  const settings = { callsPerSecondPerSource: 2, blockMs: 5000, blockedSees: 'reset' } as const;
  const world = await startWorld({ settings, monotonicNow: () => now });
  expect((await send(world, signedHeaders(world))).status).toBe(200);
  expect((await send(world, signedHeaders(world))).status).toBe(200);
  await expect(send(world, signedHeaders(world))).rejects.toThrow('ECONNRESET');
  expect((await send(world, signedHeaders(world), '127.0.0.2')).status).toBe(200);
  world.mqtt.setSettings({ blockedSees: 'silence' });
  now = 4999;
  expect(await world.codeOf('GetRegisterCode', OURS, { readTimeoutMs: 100 })).toBe('RequestTimeoutError');
  now = 5000;
  expect(await world.codeOf('GetRegisterCode', OURS)).toBe('OK 200');
  expect(world.mqtt.calls().map((call) => call.code)).toEqual(['OK', 'OK', 'Blocked', 'OK', 'Blocked', 'OK']);
});
