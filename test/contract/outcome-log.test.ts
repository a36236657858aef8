import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { epochMs, isoOf } from '../../shared/core/time.ts';
import { type Fault, HTML_200, HTML_503 } from '../support/fault-proxy.ts';
import { LOGSTORE, outcomesWorld, SLS_KEY } from '../support/outcomes-world.ts';
import { failureOf } from '../support/service-failure.ts';

const ONE_MINUTE_AGO = isoOf(epochMs(Date.now() - 60_000));

function record(changes: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return { schema: '1', event_id: 'e1', kind: 'ca-registered', severity: 'notice', at: ONE_MINUTE_AGO, ...changes };
}

test('a record is kept field by field, at the time it happened', async () => {
  const { log, sls } = await outcomesWorld();
  await log.append([record({ name: '东区 plant 😀', detail: 'line\nline "quoted"', fix: '' })]);
  expect(sls.logs(LOGSTORE)).toEqual([
    {
      time: Math.floor(Date.parse(ONE_MINUTE_AGO) / 1000),
      timeNs: (Date.parse(ONE_MINUTE_AGO) % 1000) * 1_000_000,
      topic: 'outcome',
      source: 'register-ca',
      fields: {
        schema: '1',
        event_id: 'e1',
        kind: 'ca-registered',
        severity: 'notice',
        at: ONE_MINUTE_AGO,
        name: '东区 plant 😀',
        detail: 'line\nline "quoted"',
      },
    },
  ]);
});

test('a request to an address names the project in its Host and carries the digest of its body', async () => {
  const { log, proxy } = await outcomesWorld();
  await log.append([record()]);
  expect(proxy.seen).toEqual(['POST /logstores/outcomes/shards/lb']);
  expect(proxy.headers[0]).toMatchObject({
    host: 'certs-project.cn-hangzhou.log.aliyuncs.com',
    'content-type': 'application/x-protobuf',
    'content-md5': expect.stringMatching(/^[0-9A-F]{32}$/) as string,
    'x-log-apiversion': '0.6.0',
  });
});

test('nothing to write is no request', async () => {
  const { log, proxy } = await outcomesWorld();
  await log.append([]);
  expect(proxy.seen).toEqual([]);
});

test('many records go in several batches and arrive in order', async () => {
  const { log, sls, proxy } = await outcomesWorld();
  await log.append(Array.from({ length: 5000 }, (_, n) => record({ event_id: `e${String(n)}` })));
  expect(proxy.seen.length).toBeGreaterThan(1);
  expect(sls.logs(LOGSTORE).map((log) => log.fields['event_id'])).toEqual(
    Array.from({ length: 5000 }, (_, n) => `e${String(n)}`),
  );
});

test('a record from long ago is taken and keeps its true moment', async () => {
  const { log, sls } = await outcomesWorld();
  await log.append([record({ at: '2020-01-01T00:00:00.000Z' })]);
  const [kept] = sls.logs(LOGSTORE);
  expect(kept?.fields['at']).toBe('2020-01-01T00:00:00.000Z');
  expect(kept?.time).toBeGreaterThan(Date.now() / 1000 - 168 * 3600);
});

test.each<[Fault]>([
  ['reset-before'],
  [HTML_503],
  [HTML_200],
  [{ status: 200, body: '' }],
  [{ status: 503, headers: { 'x-log-requestid': '1' }, body: '{"errorCode":"ServerBusy","errorMessage":"m"}' }],
  [{ status: 403, headers: { 'x-log-requestid': '1' }, body: '{"errorCode":"WriteQuotaExceed","errorMessage":"m"}' }],
  [
    {
      status: 403,
      headers: { 'x-log-requestid': '1' },
      body: '{"errorCode":"ShardWriteQuotaExceed","errorMessage":"m"}',
    },
  ],
  [{ status: 500, headers: { 'x-log-requestid': '1' }, body: '{"errorCode":"NeverHeardOf","errorMessage":"m"}' }],
])('a write that meets %j is made again', async (fault) => {
  const { log, sls, proxy } = await outcomesWorld();
  proxy.plan(fault, fault);
  await log.append([record()]);
  expect(proxy.seen).toHaveLength(3);
  expect(sls.logs(LOGSTORE)).toHaveLength(1);
});

test('a write whose answer was lost may be there twice, under one event id', async () => {
  const { log, sls, proxy } = await outcomesWorld();
  proxy.plan('reset-after');
  await log.append([record()]);
  expect(sls.logs(LOGSTORE).map((log) => log.fields['event_id'])).toEqual(['e1', 'e1']);
});

test('silence is waited out for as long as one attempt may take', async () => {
  const { adapter, sls, proxy } = await outcomesWorld();
  proxy.plan('silence');
  await adapter({ attemptMs: 300 }).append([record()]);
  expect(sls.logs(LOGSTORE)).toHaveLength(1);
});

test('the third failure is the last, and the deadline comes before it', async () => {
  const { log, adapter, sls } = await outcomesWorld();
  sls.setFaults([{ fault: 'server-busy', times: 9 }]);
  expect((await failureOf(log.append([record()]))).facts).toMatchObject({ service: 'sls', code: 'ServerBusy' });
  expect((await failureOf(adapter({ deadlineMs: 150 }).append([record()]))).facts.code).toBe('ServerBusy');
  sls.setFaults([]);
  await log.append([record()]);
  expect(sls.logs(LOGSTORE)).toHaveLength(1);
});

test('what can never work is not made again', async () => {
  const { adapter, proxy } = await outcomesWorld();
  const cases = [
    [adapter({ secret: 'wrong' }), 'SignatureNotMatch'],
    [adapter({ logstore: 'nowhere' }), 'LogStoreNotExist'],
  ] as const;
  for (const [log, code] of cases) expect((await failureOf(log.append([record()]))).facts.code).toBe(code);
  proxy.plan({
    status: 400,
    headers: { 'x-log-requestid': '1' },
    body: '{"errorCode":"PostBodyInvalid","errorMessage":"m"}',
  });
  expect((await failureOf(adapter({}).append([record()]))).facts.code).toBe('PostBodyInvalid');
  expect(proxy.seen).toHaveLength(3);
});

test('no failure carries the secret, the token, a record or the address', async () => {
  const { adapter, proxy } = await outcomesWorld();
  const echo = (message: string): Fault => ({
    status: 400,
    headers: { 'x-log-requestid': 'http://127.0.0.1' },
    body: JSON.stringify({ errorCode: 'PostBodyInvalid', errorMessage: message }),
  });
  for (const fault of ['reset-before', 'silence', 'cut-short', HTML_503, echo('canaryDetail at 127.0.0.1')] as const) {
    proxy.plan(fault, fault, fault);
    const failure = await failureOf(adapter({ attemptMs: 250 }).append([record({ detail: 'canaryDetail' })]));
    const told = `${inspect(failure, { depth: 20, showHidden: true })} ${JSON.stringify(failure)} ${failure.stack ?? ''}`;
    for (const canary of [SLS_KEY.accessKeySecret, SLS_KEY.securityToken, 'canaryDetail', '127.0.0.1']) {
      expect(told).not.toContain(canary);
    }
  }
});

test('what was written is read back by time and query, newest first, page by page', async () => {
  const { log, query, proxy } = await outcomesWorld();
  await log.append(
    Array.from({ length: 250 }, (_, n) =>
      record({
        event_id: `e${String(n)}`,
        kind: n % 50 === 0 ? 'pair-rejected' : 'ca-registered',
        at: isoOf(epochMs(Date.now() - 600_000 + n * 1000)),
      }),
    ),
  );
  const all = await query({ maxRows: 1000 });
  expect(all.complete).toBe(true);
  expect(all.rows.map((row) => row['event_id'])).toEqual(Array.from({ length: 250 }, (_, n) => `e${String(249 - n)}`));
  expect(proxy.seen.filter((line) => line.endsWith('/logs'))).toHaveLength(3);
  expect((await query({ query: 'kind:pair-rejected' })).rows.map((row) => row['event_id'])).toEqual([
    'e200',
    'e150',
    'e100',
    'e50',
    'e0',
  ]);
  expect(await query({ maxRows: 2 })).toMatchObject({
    complete: false,
    rows: [{ event_id: 'e249' }, { event_id: 'e248' }],
  });
  expect(await query({ from: epochMs(Date.now() - 7_200_000), to: epochMs(Date.now() - 3_600_000) })).toEqual({
    rows: [],
    complete: true,
  });
});

test('a search that the service could not finish is made again, a bounded number of times, and told', async () => {
  const { log, query, proxy } = await outcomesWorld();
  await log.append([record()]);
  const incomplete: Fault = {
    status: 200,
    headers: { 'x-log-requestid': '1' },
    body: '{"meta":{"progress":"Incomplete"},"data":[{"a":"b"}]}',
  };
  proxy.plan(incomplete, incomplete);
  expect(await query({})).toMatchObject({ complete: true, rows: [{ event_id: 'e1' }] });
  proxy.plan(...Array.from({ length: 10 }, () => incomplete));
  expect(await query({})).toEqual({ complete: false, rows: [{ a: 'b' }] });
});

test.each(['{}', 'null', '[{"a":"b"}]', '{"meta":{},"data":["text"]}', 'not JSON', ''])(
  'a page of logs that reads %j is no page of logs',
  async (body) => {
    const { query, proxy } = await outcomesWorld();
    const page: Fault = { status: 200, headers: { 'x-log-requestid': '1' }, body };
    proxy.plan(page, page, page);
    expect((await failureOf(query({}))).facts.code).toBe('UnreadableAnswer');
  },
);
