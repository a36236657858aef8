import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startFcFace } from '../../local/fc/http-face.ts';
import { fc2Invoker, fcEndpointOf } from '../../shared/adapters/fc2-invoker.ts';
import type { ServiceFailure } from '../../shared/core/service-failure.ts';
import type { Invoker } from '../../shared/ports/invoker.ts';
import { type FaultProxy, faultProxy, HTML_200, HTML_503 } from '../support/fault-proxy.ts';
import { failureOf } from '../support/service-failure.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { definition, ROLE, startWorld } from './local-fc/fc-world.ts';

const ACCOUNT = '1234567890123456';
const PAYLOAD = Buffer.from('{"sweepId":"2026-03-04T05:00:00Z","lap":2}');

interface InvokerWorld {
  readonly proxy: FaultProxy;
  readonly clock: VirtualClock;
  readonly invoker: (wishes?: { secret?: string; attemptMs?: number; deadlineMs?: number }) => Invoker;
  /** What the function was called with, in the order of its calls. */
  readonly received: () => Promise<readonly string[]>;
}

async function invokerWorld(): Promise<InvokerWorld> {
  const source = 'exports.handler = async (event) => { console.log(event.toString()); };';
  const { fc, clock: localClock } = await startWorld([definition('sweep')], { 'sweep.js': source });
  const face = await startFcFace({
    functions: () => fc,
    accountId: ACCOUNT,
    credentials: [ROLE],
    clock: localClock,
  });
  onTestFinished(() => face.close());
  const proxy = await faultProxy(face.endpoint);
  const clock = virtualClock();
  const invoker: InvokerWorld['invoker'] = ({ secret, attemptMs = 5000, deadlineMs = 60_000 } = {}) =>
    fc2Invoker({
      accountId: ACCOUNT,
      region: 'cn-hangzhou',
      endpoint: proxy.endpoint,
      credentials: { ...ROLE, ...(secret === undefined ? {} : { accessKeySecret: secret }) },
      clock,
      deadline: clock.in(deadlineMs),
      attemptMs,
    });
  const received = async (): Promise<readonly string[]> => {
    await fc.idle();
    return fc
      .invocations()
      .toReversed()
      .flatMap(({ id }) => fc.output(id))
      .map((line) => line.replace(/^.*\[verbose\] /u, ''));
  };
  return { proxy, clock, invoker, received };
}

test('a function is called with the very bytes, through the path of FC 3.0', async () => {
  const { invoker, proxy, received } = await invokerWorld();
  await invoker().invokeAsync('sweep', PAYLOAD);
  expect(proxy.seen).toEqual(['POST /2023-03-30/functions/sweep/invocations']);
  expect(proxy.headers[0]).toMatchObject({ 'x-fc-invocation-type': 'Async', 'x-fc-account-id': ACCOUNT });
  expect(await received()).toEqual(['{"sweepId":"2026-03-04T05:00:00Z","lap":2}']);
});

test('what passes is tried three times', async () => {
  const { clock, invoker, proxy, received } = await invokerWorld();
  proxy.plan('reset-before', HTML_503);
  await invoker().invokeAsync('sweep', PAYLOAD);
  expect(clock.waits).toEqual([100, 200]);
  expect(await received()).toHaveLength(1);
  proxy.plan({ status: 429, headers: { 'x-fc-request-id': '1-0' }, body: '' }, HTML_200, HTML_503);
  expect((await failureOf(invoker().invokeAsync('sweep', PAYLOAD))).facts.code).toBe('UnreadableAnswer');
  expect(await received()).toHaveLength(1);
});

test('an acceptance that is lost is asked for again, so the function may be called twice', async () => {
  const { invoker, proxy, received } = await invokerWorld();
  proxy.plan('reset-after');
  await invoker().invokeAsync('sweep', PAYLOAD);
  expect(await received()).toHaveLength(2);
});

test('silence ends with the time limit of the attempt, all tries with the deadline', async () => {
  const { invoker, proxy } = await invokerWorld();
  proxy.plan('silence');
  await invoker({ attemptMs: 1000 }).invokeAsync('sweep', PAYLOAD);
  expect(proxy.seen).toHaveLength(2);
  proxy.plan('silence', 'silence', 'silence');
  expect((await failureOf(invoker({ attemptMs: 50 }).invokeAsync('sweep', PAYLOAD))).facts).toEqual({
    service: 'fc',
    code: 'Timeout',
    status: 0,
    requestId: '',
  });
  expect(proxy.seen).toHaveLength(5);
});

test('a refusal is not repeated and keeps status and request id, for the SDK hides the code', async () => {
  const { invoker, proxy } = await invokerWorld();
  for (const [work, code, status] of [
    [invoker().invokeAsync('nobody', PAYLOAD), 'Http404', 404],
    [invoker({ secret: 'guessed' }).invokeAsync('sweep', PAYLOAD), 'Http403', 403],
    [invoker().invokeAsync('sweep', Buffer.alloc(128 * 1024 + 1)), 'Http400', 400],
  ] as const) {
    const { facts } = await failureOf(work);
    expect(facts).toEqual({
      service: 'fc',
      code,
      status,
      requestId: expect.stringMatching(/^1-[0-9a-f-]{33}$/) as unknown,
    });
  }
  expect(proxy.seen).toHaveLength(3);
});

test('a code that the SDK does know is kept', async () => {
  const { invoker, proxy } = await invokerWorld();
  proxy.plan({
    status: 403,
    headers: { 'content-type': 'application/json', 'x-fc-request-id': '1-2' },
    body: '{"ErrorCode":"AccessDenied","ErrorMessage":"m"}',
  });
  const { facts } = await failureOf(invoker().invokeAsync('sweep', PAYLOAD));
  expect(facts).toEqual({ service: 'fc', code: 'AccessDenied', status: 403, requestId: '1-2' });
});

test('a name that is no function name reaches no path', async () => {
  const { invoker, proxy } = await invokerWorld();
  for (const name of ['', 'a/b', '../sweep', 'sweep?x=1', '1st', 'x'.repeat(65)]) {
    expect((await failureOf(invoker().invokeAsync(name, PAYLOAD))).facts.code).toBe('FunctionNotAddressable');
  }
  expect(proxy.seen).toEqual([]);
});

test('no failure carries the secret, the token, the payload or the address', async () => {
  const { invoker, proxy } = await invokerWorld();
  const failures: ServiceFailure[] = [];
  for (const fault of ['reset-before', 'silence', 'cut-short', HTML_503, HTML_200] as const) {
    proxy.plan(fault, fault, fault);
    failures.push(await failureOf(invoker({ attemptMs: 60 }).invokeAsync('sweep', PAYLOAD)));
  }
  failures.push(await failureOf(invoker({ secret: 'guessed' }).invokeAsync('sweep', PAYLOAD)));
  for (const failure of failures) {
    const told = `${inspect(failure, { depth: 20, showHidden: true })} ${JSON.stringify(failure)} ${failure.stack ?? ''}`;
    for (const canary of [ROLE.accessKeySecret, ROLE.securityToken, 'sweepId', '127.0.0.1']) {
      expect(told).not.toContain(canary);
    }
    expect(failure).not.toHaveProperty('cause');
  }
});

test('the endpoint of an account is asked over TLS', () => {
  expect(fcEndpointOf({ accountId: ACCOUNT, region: 'cn-hangzhou' })).toBe(
    'https://1234567890123456.cn-hangzhou.fc.aliyuncs.com',
  );
});
