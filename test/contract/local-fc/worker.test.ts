import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callJson, definition, startWorld } from './fc-world.ts';

const ECHO = `
exports.handler = async (event, context) => ({
  isBuffer: Buffer.isBuffer(event), hex: event.toString('hex'), context, env: process.env,
  cwd: process.cwd(), channel: typeof process.send, hasLogger: typeof context.logger.info,
});`;

test('a handler gets the raw bytes, the context of FC 3.0, and no channel of the platform', async () => {
  const { fc, codeFolder } = await startWorld([definition('echo')], { 'echo.js': ECHO });
  const answer = await fc.invoke('echo', Buffer.from([0xff, 0x00, 0x0a]));
  const seen = JSON.parse(answer.kind === 'returned' ? answer.payload.toString() : '{}') as Record<string, unknown>;
  expect(seen).toMatchObject({
    isBuffer: true,
    hex: 'ff000a',
    channel: 'undefined',
    cwd: codeFolder,
    hasLogger: 'function',
    context: {
      requestId: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/) as unknown,
      credentials: { accessKeyId: 'STS.TestKey', accessKeySecret: 'test-secret', securityToken: 'test-token' },
      function: { name: 'echo', handler: 'echo.handler', memory: 512, timeout: 10 },
      region: 'cn-hangzhou',
      accountId: '1234567890123456',
      retryCount: 0,
      tracing: { openTracingSpanContext: '', openTracingSpanBaggages: {}, jaegerEndpoint: '' },
    },
  });
  expect((seen['context'] as Record<string, unknown>)['service']).toEqual({
    logProject: 'some-project',
    logStore: 'fc-logs',
    qualifier: 'LATEST',
  });
});

test('the environment holds what FC and s.yaml set, and nothing of the developer', async () => {
  process.env['DEVELOPER_SECRET'] = 'must not leak';
  onTestFinished(() => {
    delete process.env['DEVELOPER_SECRET'];
  });
  const { fc } = await startWorld([definition('echo')], { 'echo.js': ECHO });
  const { env } = (await callJson(fc, 'echo')) as { env: Record<string, string> };
  expect(Object.keys(env).sort()).toEqual([
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    'ALIBABA_CLOUD_SECURITY_TOKEN',
    'FC_ACCOUNT_ID',
    'FC_FUNCTION_HANDLER',
    'FC_FUNCTION_MEMORY_SIZE',
    'FC_FUNCTION_NAME',
    'FC_FUNC_CODE_PATH',
    'FC_INSTANCE_ID',
    'FC_REGION',
    'FC_VER_ID',
    'OWN_VALUE',
    'TZ',
  ]);
});

test.each([
  ['a Buffer', 'Buffer.from([1, 255])', '01ff'],
  ['an object', '({ a: 1 })', '7b2261223a317d'],
  ['a text', '"ä"', 'c3a4'],
  ['a number', '5', '35'],
  ['nothing', 'undefined', ''],
])('%s is returned as FC converts it', async (_name, expression, hex) => {
  const { fc } = await startWorld([definition('give')], {
    'give.js': `exports.handler = async () => (${expression});`,
  });
  const answer = await fc.invoke('give', Buffer.alloc(0));
  expect(answer.kind === 'returned' && answer.payload.toString('hex')).toBe(hex);
});

test('a thrown error is answered with its class, message and stack', async () => {
  const source = 'exports.handler = async () => { throw new TypeError("not like this"); };';
  const { fc } = await startWorld([definition('fail')], { 'fail.js': source });
  const answer = await fc.invoke('fail', Buffer.alloc(0));
  expect(answer).toMatchObject({
    kind: 'failed',
    usable: true,
    error: { errorType: 'TypeError', errorMessage: 'not like this' },
  });
  expect(fc.invocations()[0]).toMatchObject({ result: 'error', errorType: 'TypeError', attempt: 1, trigger: 'invoke' });
});

test('a handler with a callback, an ES module and an initializer are served', async () => {
  const functions = [
    definition('old'),
    definition('new', {
      instanceLifecycleConfig: { initializer: { handler: 'new.initialize', timeout: 5 } },
    }),
  ];
  const { fc } = await startWorld(functions, {
    'old.js':
      'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { from: "callback" }), 1); };',
    'new.mjs':
      'let ready = 0; export const initialize = async () => { ready += 1; }; export const handler = async () => ({ ready });',
  });
  expect(await callJson(fc, 'old')).toEqual({ from: 'callback' });
  expect(await callJson(fc, 'new')).toEqual({ ready: 1 });
  expect(await callJson(fc, 'new')).toEqual({ ready: 1 });
});

test('a function past its timeout is killed, and the next call gets a new worker', async () => {
  const source = `
    let calls = 0;
    exports.handler = async (event) => { calls += 1; if (event.length > 0) for (;;); return { calls, pid: process.pid }; };`;
  const { fc } = await startWorld([definition('slow', { timeout: 1 })], { 'slow.js': source });
  const first = (await callJson(fc, 'slow')) as { pid: number };
  const answer = await fc.invoke('slow', Buffer.from('loop'));
  expect(answer).toMatchObject({ kind: 'failed', error: { errorMessage: 'Function timed out after 1 seconds' } });
  expect(() => process.kill(first.pid, 0)).toThrow('ESRCH');
  expect(await callJson(fc, 'slow')).toMatchObject({ calls: 1 });
});

test('a process that ends in the middle of a call is told as such', async () => {
  const { fc } = await startWorld([definition('gone')], {
    'gone.js': 'exports.handler = async () => { process.exit(3); };',
  });
  const answer = await fc.invoke('gone', Buffer.alloc(0));
  expect(answer.kind === 'failed' && answer.error.errorMessage).toMatch(
    /^Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: \d+\.\d\dMB\)$/,
  );
});

test('a handler that cannot be loaded fails the call and not the cloud', async () => {
  const functions = [definition('missing'), definition('broken'), definition('nameless')];
  const { fc } = await startWorld(functions, {
    'broken.js': 'this is not JavaScript',
    'nameless.js': 'exports.other = 1;',
  });
  const errorOf = async (name: string): Promise<string> => {
    const answer = await fc.invoke(name, Buffer.alloc(0));
    return answer.kind === 'failed' ? answer.error.errorMessage : '';
  };
  expect(await errorOf('missing')).toBe("the handler's file does not exist: missing.js");
  expect(await errorOf('broken')).toContain('Unexpected identifier');
  expect(await errorOf('nameless')).toBe('the handler nameless.handler exports no function handler');
});

test('a worker is frozen between calls: what was not awaited stands still', async () => {
  const source = `
    let ticks = 0;
    setInterval(() => { ticks += 1; }, 1);
    exports.handler = async () => { const before = ticks; await new Promise((done) => setTimeout(done, 20)); return { before, after: ticks }; };`;
  const { fc } = await startWorld([definition('timer')], { 'timer.js': source });
  const first = (await callJson(fc, 'timer')) as { after: number };
  const until = performance.now() + 300;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
  const second = (await callJson(fc, 'timer')) as { before: number };
  // Running freely it would have ticked some 300 times; a few ticks belong to the edges of the two calls.
  expect(second.before - first.after).toBeLessThan(30);
});

test('the clock of the functions is the clock of the cloud', async () => {
  const source = `exports.handler = async () => ({
    now: Date.now(), made: new Date().getTime(), text: Date.parse(Date()), fixed: new Date(5).getTime(),
    same: new Date() instanceof Date && new Date().constructor === Date, utc: Date.UTC(2026, 0, 1) });`;
  const { fc, clock } = await startWorld([definition('clock')], { 'clock.js': source });
  await callJson(fc, 'clock');
  clock.advance(86_400_000);
  const seen = (await callJson(fc, 'clock')) as Record<string, number | boolean>;
  for (const reading of [seen['now'], seen['made'], seen['text']]) {
    expect(Math.abs(Number(reading) - clock.now())).toBeLessThan(5000);
  }
  expect(seen).toMatchObject({ fixed: 5, same: true, utc: 1_767_225_600_000 });
});

test('a function reaches this machine and nothing else, and every attempt is reported', async () => {
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const source = `
    const http = require('node:http'), https = require('node:https'), dns = require('node:dns'), dgram = require('node:dgram'), net = require('node:net');
    const outcome = (run) => new Promise((done) => { try { run(() => done('reached'), (error) => done(error.code)); } catch (error) { done(error.code); } });
    exports.handler = async (event) => ({
      loopback: await outcome((ok, no) => http.get('http://127.0.0.1:' + event, ok).on('error', no)),
      byName: await outcome((ok, no) => http.get('http://localhost:' + event, ok).on('error', no)),
      address: await outcome((ok, no) => http.get('http://192.0.2.1/', ok).on('error', no)),
      tls: await outcome((ok, no) => https.get('https://oss-cn-hangzhou.aliyuncs.com/', ok).on('error', no)),
      fetch: await fetch('http://192.0.2.2/').then(() => 'reached', (error) => error.cause.code),
      plain: await outcome((ok, no) => net.connect(80, '192.0.2.3', ok).on('error', no)),
      v6: await outcome((ok, no) => net.connect({ host: '2001:db8::1', port: 80 }, ok).on('error', no)),
      file: await outcome((ok, no) => net.connect('/run/other.sock', ok).on('error', no)),
      lookup: await outcome((ok, no) => dns.lookup('example.com', (error) => (error ? no(error) : ok()))),
      resolve: await dns.promises.resolve4('example.org').then(() => 'reached', (error) => error.code),
      udp: await outcome((ok) => dgram.createSocket('udp4').send('x', 53, '192.0.2.4', ok)),
    });`;
  const { fc } = await startWorld([definition('reach')], { 'reach.js': source });
  const { port } = server.address() as AddressInfo;
  expect(await callJson(fc, 'reach', String(port))).toEqual({
    loopback: 'reached',
    byName: 'reached',
    address: 'ECONNREFUSED',
    tls: 'ECONNREFUSED',
    fetch: 'ECONNREFUSED',
    plain: 'ECONNREFUSED',
    v6: 'ECONNREFUSED',
    file: 'ECONNREFUSED',
    lookup: 'ECONNREFUSED',
    resolve: 'ECONNREFUSED',
    udp: 'ECONNREFUSED',
  });
  expect(fc.invocations()[0]?.refusedConnections).toEqual([
    '192.0.2.1:80',
    'oss-cn-hangzhou.aliyuncs.com:443',
    '192.0.2.2:80',
    '192.0.2.3:80',
    '2001:db8::1:80',
    '/run/other.sock',
    'example.com',
    'example.org',
    'udp 192.0.2.4',
  ]);
});

test('what a call writes is kept with the call, whole and in order, and in the log of the function', async () => {
  const source = `exports.handler = async (event, context) => {
    console.log('first %d', 1); process.stdout.write('no line end'); context.logger.warn('careful'); throw new Error('last'); };`;
  const { fc, dataFolder } = await startWorld([definition('talk')], { 'talk.js': source });
  await fc.invoke('talk', Buffer.alloc(0));
  const id = fc.invocations()[0]?.id ?? '';
  const lines = [...fc.output(id)].sort();
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^\\d{4}-.*Z ${id} \\[verbose\\] first 1$`)),
    expect.stringMatching(new RegExp(`^\\d{4}-.*Z ${id} \\[warn\\] careful$`)),
    'no line end',
  ]);
  const log = readFileSync(`${dataFolder}/logs/talk.log`, 'utf8').split('\n');
  expect(log[0]).toBe(`FC Invoke Start RequestId: ${id}`);
  expect(log.at(-2)).toBe(`FC Invoke End RequestId: ${id}`);
});
