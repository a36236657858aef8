import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FunctionDefinition } from '../../../local/fc/function-definition.ts';
import type { ObjectEvent } from '../../../local/fc/object-event.ts';
import { definition, ROLE, startWorld } from './fc-world.ts';

/** Appends one line per call to a file beside the code, so that a test can see what every process did. */
const WRITE = `
const fs = require('node:fs'), path = require('node:path');
const write = (record) => fs.appendFileSync(path.join(__dirname, 'calls.txt'), JSON.stringify(record) + '\\n');`;

function callsIn(codeFolder: string): readonly Record<string, unknown>[] {
  const file = join(codeFolder, 'calls.txt');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const UPLOAD: ObjectEvent = {
  eventName: 'ObjectCreated:PutObject',
  atMs: Date.UTC(2026, 2, 4, 5, 6, 7),
  bucket: 'some-bucket',
  key: 'inbox/instance/工厂 1/ca%2F.pem',
  size: 1874,
  deltaSize: 1874,
  eTag: '0123456789ABCDEF0123456789ABCDEF',
  requestId: '65E5A1B2C3D4E5F601234567',
  sourceIp: '127.0.0.1',
  principalId: '298765432109876543',
};

const DROPPED: FunctionDefinition['triggers'][number] = {
  triggerName: 'dropped',
  triggerType: 'oss',
  sourceArn: 'acs:oss:cn-hangzhou:1234567890123456:some-bucket',
  invocationRole: 'acs:ram::1234567890123456:role/trigger',
  triggerConfig: {
    events: ['oss:ObjectCreated:PutObject', 'oss:ObjectCreated:CopyObject'],
    filter: { key: { prefix: 'inbox/', suffix: '.pem' } },
  },
};

const EVERY_10_MINUTES: FunctionDefinition['triggers'][number] = {
  triggerName: 'every-10-minutes',
  triggerType: 'timer',
  triggerConfig: { cronExpression: '@every 10m', enable: true, payload: 'own text' },
};

const destinationTo = (name: string) => ({ destination: `acs:fc:cn-hangzhou::functions/${name}` });

test('an upload reaches the function as the platform words it, and only where type, prefix and suffix fit', async () => {
  const source = `${WRITE} exports.handler = async (event) => { write(JSON.parse(event)); };`;
  const { fc, codeFolder } = await startWorld([definition('register', { triggers: [DROPPED] })], {
    'register.js': source,
  });
  expect(await fc.deliver(UPLOAD)).toHaveLength(1);
  expect(await fc.deliver({ ...UPLOAD, key: 'registered/ca.pem' })).toEqual([]);
  expect(await fc.deliver({ ...UPLOAD, key: 'inbox/ca.txt' })).toEqual([]);
  expect(await fc.deliver({ ...UPLOAD, eventName: 'ObjectRemoved:DeleteObject' })).toEqual([]);
  expect(await fc.deliver({ ...UPLOAD, bucket: 'other-bucket' })).toEqual([]);
  await fc.idle();
  expect(callsIn(codeFolder)).toEqual([
    {
      events: [
        {
          eventName: 'ObjectCreated:PutObject',
          eventSource: 'acs:oss',
          eventTime: '2026-03-04T05:06:07.000Z',
          eventVersion: '1.0',
          oss: {
            bucket: {
              arn: 'acs:oss:cn-hangzhou:1234567890123456:some-bucket',
              name: 'some-bucket',
              ownerIdentity: '1234567890123456',
              virtualBucket: '',
            },
            object: {
              deltaSize: 1874,
              eTag: '0123456789ABCDEF0123456789ABCDEF',
              key: 'inbox/instance/工厂 1/ca%2F.pem',
              objectMeta: { mimeType: 'application/octet-stream' },
              size: 1874,
            },
            ossSchemaVersion: '1.0',
            ruleId: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown,
          },
          region: 'cn-hangzhou',
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: { requestId: '65E5A1B2C3D4E5F601234567' },
          userIdentity: { principalId: '298765432109876543' },
        },
      ],
    },
  ]);
  expect(fc.invocations()[0]).toMatchObject({
    function: 'register',
    trigger: 'dropped',
    event: 'ObjectCreated:PutObject inbox/instance/工厂 1/ca%2F.pem',
    result: 'ok',
  });
});

test('a failing call is tried again with a rising retry count, then handed to its destination', async () => {
  const functions = [
    definition('weak', {
      asyncInvokeConfig: {
        maxAsyncRetryAttempts: 2,
        maxAsyncEventAgeInSeconds: 60,
        destinationConfig: { onFailure: destinationTo('dead') },
      },
    }),
    definition('dead'),
  ];
  const { fc, codeFolder } = await startWorld(functions, {
    'weak.js': `${WRITE} exports.handler = async (event, context) => { write({ try: context.retryCount }); throw new Error('no'); };`,
    'dead.js': `${WRITE} exports.handler = async (event) => { write(JSON.parse(event)); };`,
  });
  const requestId = await fc.invokeAsync('weak', Buffer.from('{"a":1}'));
  await fc.idle();
  const calls = callsIn(codeFolder);
  expect(calls.slice(0, 3)).toEqual([{ try: 0 }, { try: 1 }, { try: 2 }]);
  expect(calls).toHaveLength(4);
  expect(calls[3]).toMatchObject({
    timestamp: expect.any(Number) as unknown,
    requestContext: {
      requestId,
      condition: 'UnhandledInvocationError',
      functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/weak',
      approximateInvokeCount: 3,
    },
    requestPayload: '{"a":1}',
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
  });
  expect(JSON.parse(String(calls[3]?.['responsePayload']))).toMatchObject({ errorMessage: 'no', errorType: 'Error' });
  expect(fc.invocations().map(({ function: name, attempt, result }) => [name, attempt, result])).toEqual([
    ['dead', 1, 'ok'],
    ['weak', 3, 'error'],
    ['weak', 2, 'error'],
    ['weak', 1, 'error'],
  ]);
});

test('a call that succeeds goes to the destination for successes', async () => {
  const onSuccess = destinationTo('next');
  const functions = [
    definition('good', {
      asyncInvokeConfig: { maxAsyncRetryAttempts: 0, maxAsyncEventAgeInSeconds: 60, destinationConfig: { onSuccess } },
    }),
    definition('next'),
  ];
  const { fc, codeFolder } = await startWorld(functions, {
    'good.js': 'exports.handler = async () => ({ fine: true });',
    'next.js': `${WRITE} exports.handler = async (event) => { write(JSON.parse(event)); };`,
  });
  await fc.invokeAsync('good', Buffer.alloc(0));
  await fc.idle();
  expect(callsIn(codeFolder)).toMatchObject([
    { requestContext: { condition: 'Success', approximateInvokeCount: 1 }, responsePayload: '{"fine":true}' },
  ]);
});

test('a retry waits for the clock of the cloud, and a call past its age is not run but handed on', async () => {
  const functions = [
    definition('weak', {
      asyncInvokeConfig: {
        maxAsyncRetryAttempts: 8,
        maxAsyncEventAgeInSeconds: 60,
        destinationConfig: { onFailure: destinationTo('dead') },
      },
    }),
    definition('dead'),
  ];
  let tried: () => void = () => undefined;
  const firstTry = new Promise<void>((resolve) => {
    tried = resolve;
  });
  const { fc, clock, codeFolder } = await startWorld(
    functions,
    {
      'weak.js': `${WRITE} exports.handler = async () => { write({ weak: true }); throw new Error('no'); };`,
      'dead.js': `${WRITE} exports.handler = async (event) => { write(JSON.parse(event).requestContext); };`,
    },
    { retryDelayMs: () => 30_000, onInvocation: () => tried() },
  );
  await fc.invokeAsync('weak', Buffer.alloc(0));
  await firstTry;
  await new Promise((resolve) => setImmediate(resolve)); // the queue has taken the failure in
  clock.advance(61_000);
  fc.wake();
  await fc.idle();
  expect(callsIn(codeFolder)).toMatchObject([{ weak: true }, { condition: 'Expired', approximateInvokeCount: 1 }]);
  expect(fc.invocations()[1]).toMatchObject({ function: 'weak', result: 'error', errorType: 'Expired' });
});

test('no more than the reserved concurrency runs at once; the rest waits and a synchronous call is refused', async () => {
  const source = `${WRITE} exports.handler = async () => {
    write({ at: 'start' }); await new Promise((done) => setTimeout(done, 100)); write({ at: 'end' }); };`;
  const { fc, codeFolder } = await startWorld([definition('busy')], { 'busy.js': source });
  await Promise.all(Array.from({ length: 6 }, () => fc.invokeAsync('busy', Buffer.alloc(0))));
  await expect(fc.invoke('busy', Buffer.alloc(0))).rejects.toMatchObject({ code: 'ResourceExhausted' });
  await fc.idle();
  let running = 0;
  const levels = callsIn(codeFolder).map((call) => {
    running += call['at'] === 'start' ? 1 : -1;
    return running;
  });
  expect(levels).toHaveLength(12);
  expect(Math.max(...levels)).toBe(2);
  expect(fc.invocations().every((invocation) => invocation.attempt === 1)).toBe(true);
});

test('all functions together stay under the limit of workers, and a frozen one makes room for another function', async () => {
  const source = 'exports.handler = async () => ({ pid: process.pid });';
  const names = ['one', 'two', 'three'];
  const files = Object.fromEntries(names.map((name) => [`${name}.js`, source]));
  const { fc } = await startWorld(
    names.map((name) => definition(name)),
    files,
    { maxWorkers: 2 },
  );
  const pids: number[] = [];
  for (const name of names) {
    const answer = await fc.invoke(name, Buffer.alloc(0));
    pids.push((JSON.parse(answer.kind === 'returned' ? answer.payload.toString() : '{}') as { pid: number }).pid);
  }
  const alive = pids.map((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
  expect(alive).toEqual([false, true, true]);
});

test('what was accepted survives the end of the process, the call that was running included', async () => {
  const source = `${WRITE} exports.handler = async (event) => {
    write({ got: event.toString() }); if (!require('node:fs').existsSync(__dirname + '/go')) await new Promise(() => setInterval(() => {}, 1000)); };`;
  const functions = [definition('keep', { concurrencyConfig: { reservedConcurrency: 1 } })];
  const { fc, restart, codeFolder, dataFolder } = await startWorld(functions, { 'keep.js': source });
  await fc.invokeAsync('keep', Buffer.from('first'));
  await fc.invokeAsync('keep', Buffer.from('second'));
  expect(readdirSync(join(dataFolder, 'queue'))).toHaveLength(2);
  await fc.close();
  writeFileSync(join(codeFolder, 'go'), '');
  writeFileSync(join(dataFolder, 'queue', 'strange.json'), 'not a call');
  const again = restart();
  await again.idle();
  const got = callsIn(codeFolder).map((call) => call['got']);
  expect(got.slice(-2).sort()).toEqual(['first', 'second']);
  expect(readdirSync(join(dataFolder, 'queue'))).toEqual(['strange.json.unreadable']);
});

test('a timer fires when the clock reaches it, once for a long jump, and by hand', async () => {
  const source = `${WRITE} exports.handler = async (event) => { write(JSON.parse(event)); };`;
  const triggers = [EVERY_10_MINUTES];
  const { fc, clock, codeFolder } = await startWorld([definition('sweep', { triggers })], { 'sweep.js': source });
  const jump = async (ms: number): Promise<number> => {
    clock.advance(ms);
    fc.wake();
    await fc.idle();
    return callsIn(codeFolder).length;
  };
  expect(await jump(9 * 60_000)).toBe(0);
  expect(await jump(60_000)).toBe(1);
  expect(await jump(65 * 60_000)).toBe(2);
  await fc.tick('sweep');
  await fc.idle();
  const calls = callsIn(codeFolder);
  expect(calls).toHaveLength(3);
  for (const call of calls) {
    expect(call).toEqual({
      triggerTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
      triggerName: 'every-10-minutes',
      payload: 'own text',
    });
  }
});

test('unknown functions, missing triggers and large payloads are refused with their code', async () => {
  const { fc } = await startWorld([definition('plain')], { 'plain.js': 'exports.handler = async () => 1;' });
  await expect(fc.tick('nobody')).rejects.toMatchObject({ code: 'FunctionNotFound' });
  await expect(fc.tick('plain')).rejects.toMatchObject({ code: 'TriggerNotFound' });
  await expect(fc.invokeAsync('plain', Buffer.alloc(128 * 1024 + 1))).rejects.toMatchObject({ code: 'EntityTooLarge' });
  await fc.invokeAsync('plain', Buffer.alloc(128 * 1024));
  await fc.idle();
});

test('records hold no secrets: PEM bodies, tokens and controls are cut out of error messages', async () => {
  const source = `exports.handler = async () => {
    throw new Error('bad -----BEGIN PRIVATE KEY-----\\nMIIsecret\\n-----END PRIVATE KEY----- at http://x/?Signature=abc%2F&b \\u001b[31mred\\u202e'); };`;
  const { fc } = await startWorld([definition('leak')], { 'leak.js': source });
  await fc.invoke('leak', Buffer.alloc(0));
  expect(fc.invocations()[0]?.errorMessage).toBe('bad [PEM] at http://x/?Signature=[…]&b  [31mred ');
  expect(JSON.stringify(fc.invocations())).not.toContain(ROLE.accessKeySecret);
});

test('a reset forgets what waits and what was', async () => {
  const source = 'exports.handler = async () => { await new Promise((done) => setTimeout(done, 50)); };';
  const functions = [definition('busy', { concurrencyConfig: { reservedConcurrency: 1 } })];
  const { fc, dataFolder } = await startWorld(functions, { 'busy.js': source });
  await Promise.all([1, 2, 3].map(() => fc.invokeAsync('busy', Buffer.alloc(0))));
  fc.reset();
  await fc.idle();
  expect(readdirSync(join(dataFolder, 'queue'))).toEqual([]);
  expect(fc.invocations().length).toBeLessThanOrEqual(1);
});
