import { createHmac, randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as openapi from '@alicloud/openapi-client';
import { expect, onTestFinished, test } from 'vitest';
import { type FcFaceOptions, startFcFace } from '../../../local/fc/http-face.ts';
import { definition, type FcWorld, ROLE, startWorld } from './fc-world.ts';

const ACCOUNT = '1234567890123456';
const USER = { accessKeyId: 'LTAITestKey', accessKeySecret: 'user-secret' };

const HANDLERS = {
  'echo.js': `exports.handler = async (event, context) => {
    console.log('got ' + event.length + ' bytes');
    return Buffer.concat([Buffer.from(context.requestId + ' '), event]); };`,
  'weak.js': `exports.handler = async () => { throw new TypeError('not today'); };`,
  // Says that it runs, and returns when it is told to.
  'slow.js': `const fs = require('node:fs');
    exports.handler = async () => {
      fs.writeFileSync(__dirname + '/running', '');
      while (!fs.existsSync(__dirname + '/go')) await new Promise((done) => setTimeout(done, 5));
      return 'late'; };`,
};

/** What an outside program uses of @alicloud/fc2; the project's own types cover only what its adapter uses. */
interface Fc2 {
  version: string;
  readonly invokeFunction: (
    service: string,
    name: string,
    event: Buffer | string,
    headers?: Record<string, string>,
    qualifier?: string,
    options?: { rawBuf?: boolean },
  ) => Promise<{ readonly headers: Record<string, string>; readonly data: unknown }>;
  readonly post: (
    path: string,
    body: Buffer | string,
    headers: Record<string, string>,
    query: Record<string, string> | null,
    options?: { rawBuf?: boolean },
  ) => Promise<{ readonly headers: Record<string, string>; readonly data: unknown }>;
}

const Fc2Client = createRequire(import.meta.url)('@alicloud/fc2') as new (account: string, config: object) => Fc2;

interface HttpWorld extends FcWorld {
  readonly endpoint: string;
  readonly fc2: (changes?: Record<string, string>, account?: string) => Fc2;
}

async function httpWorld(changes: Partial<FcFaceOptions> = {}): Promise<HttpWorld> {
  const functions = [
    definition('echo'),
    definition('weak', { asyncInvokeConfig: { maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 60 } }),
    definition('slow', { concurrencyConfig: { reservedConcurrency: 1 } }),
  ];
  const world = await startWorld(functions, HANDLERS);
  const { fc, clock } = world;
  const face = await startFcFace({
    functions: () => fc,
    accountId: ACCOUNT,
    credentials: [USER, ROLE],
    clock,
    ...changes,
  });
  onTestFinished(() => face.close());
  const { endpoint } = face;
  const fc2: HttpWorld['fc2'] = (own = {}, account = ACCOUNT) =>
    new Fc2Client(account, {
      accessKeyID: ROLE.accessKeyId,
      accessKeySecret: ROLE.accessKeySecret,
      securityToken: ROLE.securityToken,
      region: 'cn-hangzhou',
      endpoint,
      ...own,
    });
  return { ...world, endpoint, fc2 };
}

/** The 3.0 form of the client, as Serverless Devs' own component sets it. */
function v3(client: Fc2): Fc2 {
  client.version = '2023-03-30';
  return client;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  );
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code ?? message.replace(/.*(failed with \d+).*/u, '$1');
}

test.each(['with a token', 'with a long-lived key'])('fc2 calls a function of either API version, %s', async (how) => {
  const { fc2 } = await httpWorld();
  const key = how === 'with a token' ? {} : { accessKeyID: USER.accessKeyId, accessKeySecret: USER.accessKeySecret };
  const older = await fc2(key).invokeFunction('any-service', 'echo', Buffer.from([0, 1, 255]), {}, undefined, {
    rawBuf: true,
  });
  const id = older.headers['x-fc-request-id'] ?? '';
  expect(id).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(older.data).toEqual(Buffer.concat([Buffer.from(`${id} `), Buffer.from([0, 1, 255])]));
  expect(older.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'x-fc-invocation-service-version': 'LATEST',
    'x-fc-invocation-duration': expect.stringMatching(/^\d+$/) as unknown,
    'x-fc-max-memory-usage': expect.stringMatching(/^\d+\.\d\d$/) as unknown,
  });
  const newer = await v3(fc2(key)).post('/functions/echo/invocations', '设备', {}, { qualifier: 'LATEST' });
  expect(String(newer.data)).toBe(`${newer.headers['x-fc-request-id'] ?? ''} 设备`);
  expect(newer.headers['x-fc-invocation-code-version']).toBe('LATEST');
});

test('an asynchronous call is accepted with an empty text and runs under the id it was given', async () => {
  const { fc, fc2 } = await httpWorld();
  const answer = await v3(fc2()).post(
    '/functions/echo/invocations',
    'later',
    { 'x-fc-invocation-type': 'Async' },
    null,
  );
  expect(answer.data).toBe('');
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  await fc.idle();
  expect(fc.invocations()).toMatchObject([
    { id: answer.headers['x-fc-request-id'], function: 'echo', trigger: 'invoke', result: 'ok' },
  ]);
});

test('the answer to an accepted call has status 202 and no body', async () => {
  const { endpoint, fc } = await httpWorld();
  const path = '/2023-03-30/functions/echo/invocations';
  const date = new Date().toUTCString();
  const text = ['POST', '', '', date, `x-fc-invocation-type:Async\n${path}`].join('\n');
  const signature = createHmac('sha256', USER.accessKeySecret).update(text).digest('base64');
  const response = await fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: { date, 'x-fc-invocation-type': 'Async', authorization: `FC ${USER.accessKeyId}:${signature}` },
  });
  expect([response.status, await response.text()]).toEqual([202, '']);
  await fc.idle();
});

test('a function that fails is a success of the service that carries the error', async () => {
  const { fc2 } = await httpWorld();
  const answer = await fc2().invokeFunction('s', 'weak', '');
  expect(answer.headers['x-fc-error-type']).toBe('UnhandledInvocationError');
  expect(answer.data).toMatchObject({ errorMessage: 'not today', errorType: 'TypeError' });
});

test('the tail of the output comes with the answer when it is asked for', async () => {
  const { fc2 } = await httpWorld();
  const tailed = await fc2().invokeFunction('s', 'echo', 'abc', { 'x-fc-log-type': 'Tail' });
  const tail = Buffer.from(tailed.headers['x-fc-log-result'] ?? '', 'base64').toString();
  expect(tail).toContain('[verbose] got 3 bytes\n');
  const plain = await fc2().invokeFunction('s', 'echo', 'abc');
  expect(plain.headers).not.toHaveProperty('x-fc-log-result');
});

test('a call too many is refused with ResourceExhausted, an asynchronous one waits', async () => {
  const { fc, fc2, codeFolder } = await httpWorld();
  const first = fc2().invokeFunction('s', 'slow', '');
  await expect.poll(() => existsSync(join(codeFolder, 'running')), { timeout: 10_000 }).toBe(true);
  expect(await codeOf(fc2().invokeFunction('s', 'slow', ''))).toBe('ResourceExhausted');
  await fc2().invokeFunction('s', 'slow', '', { 'X-Fc-Invocation-Type': 'Async' });
  writeFileSync(join(codeFolder, 'go'), '');
  expect((await first).data).toBe('late');
  await fc.idle();
  expect(fc.invocations().map(({ function: name, result }) => `${name} ${result}`)).toEqual(['slow ok', 'slow ok']);
});

test('refusals carry their code in the form of the API version that was called', async () => {
  const { endpoint, fc2 } = await httpWorld();
  expect(await codeOf(fc2().invokeFunction('s', 'nobody', ''))).toBe('FunctionNotFound');
  expect(await codeOf(v3(fc2()).post('/functions/nobody/invocations', '', {}, null))).toBe('failed with 404');
  expect(await codeOf(fc2().invokeFunction('s', 'echo', '', {}, 'prod'))).toBe('AliasNotFound');
  expect(await codeOf(fc2().invokeFunction('s', 'echo', '', { 'x-fc-invocation-type': 'Later' }))).toBe(
    'InvalidArgument',
  );
  const async = { 'x-fc-invocation-type': 'Async' };
  const large = Buffer.alloc(128 * 1024 + 1);
  expect(await codeOf(fc2().invokeFunction('s', 'echo', large, async))).toBe('EntityTooLarge');
  await fc2().invokeFunction('s', 'echo', large.subarray(1), async);
  const bare = await fetch(`${endpoint}/2023-03-30/functions/echo/invocations`, { method: 'POST' });
  expect(bare.status).toBe(400);
  expect(await bare.json()).toEqual({
    RequestId: bare.headers.get('x-fc-request-id'),
    Code: 'MissingRequiredHeader',
    Message: 'a required header is missing: Authorization',
  });
  const elsewhere = await fetch(`${endpoint}/2016-08-15/services`, { method: 'POST' });
  expect([elsewhere.status, await elsewhere.json()]).toEqual([
    400,
    { ErrorCode: 'PathNotSupported', ErrorMessage: 'this path and method are no operation of the service' },
  ]);
});

test('only the caller who holds the key gets in', async () => {
  const { fc2, clock } = await httpWorld();
  const call = (client: Fc2) => codeOf(client.invokeFunction('s', 'echo', 'x'));
  expect(await call(fc2({ accessKeySecret: 'guessed' }))).toBe('SignatureNotMatch');
  expect(await call(fc2({ accessKeyID: 'LTAInobody' }))).toBe('InvalidAccessKeyID');
  expect(await call(fc2({ securityToken: 'other' }))).toBe('AccessDenied');
  expect(await call(fc2({}, '42'))).toBe('AccessDenied');
  expect(await codeOf(fc2().invokeFunction('s', 'echo', 'x', { date: 'Wed, 04 Mar 2020 05:06:07 GMT' }))).toBe(
    'AccessDenied',
  );
  clock.advance(86_400_000); // the real time is as good as the moved one
  expect(await call(fc2())).toBe('it was accepted');
});

test('a body that was changed on the way is refused', async () => {
  const { endpoint } = await httpWorld();
  const path = '/2016-08-15/services/s/functions/echo/invocations';
  const date = new Date().toUTCString();
  const md5 = Buffer.from('900150983cd24fb0d6963f7d28e17f72').toString('base64'); // of "abc", as fc2 writes it
  const text = ['POST', md5, 'application/octet-stream', date, path].join('\n');
  const signature = createHmac('sha256', USER.accessKeySecret).update(text).digest('base64');
  const send = (body: string) =>
    fetch(`${endpoint}${path}`, {
      method: 'POST',
      body,
      headers: {
        date,
        'content-md5': md5,
        'content-type': 'application/octet-stream',
        authorization: `FC ${USER.accessKeyId}:${signature}`,
      },
    });
  expect((await send('abc')).status).toBe(200);
  expect(await (await send('abd')).json()).toMatchObject({ ErrorCode: 'InvalidArgument' });
});

test('until the functions are there the service says that it is starting', async () => {
  const { fc2 } = await httpWorld({ functions: () => undefined });
  expect(await codeOf(fc2().invokeFunction('s', 'echo', ''))).toBe('ServiceUnavailable');
});

type Runtime = Parameters<openapi.default['callApi']>[2];

/** The client under the vendor's generated `fc20230330`, called the way that package calls it. */
function generatedCall(endpoint: string, secret: string, body: string, headers: Record<string, string> = {}) {
  const Client = openapi.default;
  const client = new Client(
    new openapi.Config({
      accessKeyId: ROLE.accessKeyId,
      accessKeySecret: secret,
      securityToken: ROLE.securityToken,
      endpoint: endpoint.replace('http://', ''),
      protocol: 'http',
    }),
  );
  const params = new openapi.Params({
    action: 'InvokeFunction',
    version: '2023-03-30',
    protocol: 'http',
    pathname: '/2023-03-30/functions/echo/invocations',
    method: 'POST',
    authType: 'AK',
    style: 'ROA',
    reqBodyType: 'binary',
    bodyType: 'binary',
  });
  const request = new openapi.OpenApiRequest({
    headers: { 'x-fc-invocation-type': 'Sync', ...headers },
    query: { qualifier: 'LATEST' },
    stream: Readable.from([Buffer.from(body)]),
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the SDK reads plain properties
  const runtime = { autoretry: false, readTimeout: 5000, connectTimeout: 5000 } as Runtime;
  return client.callApi(params, request, runtime) as Promise<{
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Readable;
  }>;
}

test('the client under the generated SDK calls a function with signature V3', async () => {
  const { endpoint } = await httpWorld();
  const body = randomUUID();
  const answer = await generatedCall(endpoint, ROLE.accessKeySecret, body);
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
  expect(answer.statusCode).toBe(200);
  expect(Buffer.concat(chunks).toString()).toBe(`${answer.headers['x-fc-request-id'] ?? ''} ${body}`);
});

test('signature V3 is checked', async () => {
  const { endpoint } = await httpWorld();
  expect(await codeOf(generatedCall(endpoint, 'guessed', 'x'))).toBe('SignatureNotMatch');
});
