import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { composeDeadLetter } from '../../functions/dead-letter/compose.ts';
import { startCloud } from '../../local/cloud.ts';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { durationMs } from '../../shared/core/time.ts';
import { decodeDestinationEvent } from '../../shared/events/destination-event.ts';
import { runDeadLetter } from '../../shared/pipelines/dead-letter/run.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import { bundledWorker, PROJECT } from '../contract/local-fc/fc-world.ts';
import { type Fault, HTML_503 } from '../support/fault-proxy.ts';
import { type ObjectsWorld, OSS_KEY, objectsWorld } from '../support/objects-world.ts';
import { LOGSTORE, type OutcomesWorld, outcomesWorld } from '../support/outcomes-world.ts';

const KEY = 'inbox/post-cn-local00001/line-7/ca.pem';

test('an upload that its function fails for good ends as an outcome in the log store and an alert in the outbox', async () => {
  const root = mkdtempSync(join(tmpdir(), 'dead-letter-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const codeFolder = join(root, 'code');
  mkdirSync(codeFolder);
  await bundleFunctions(PROJECT, codeFolder);
  writeFileSync(
    join(codeFolder, 'register-ca.js'),
    `exports.handler = async () => { class BrokenError extends Error { name = 'BrokenError' } throw new BrokenError('-----BEGIN PRIVATE KEY-----'); };`,
  );
  const cloud = await startCloud({
    projectFolder: PROJECT,
    dataFolder: join(root, 'data'),
    codeFolder,
    ...(await bundledWorker()),
    watch: false,
    retryDelayMs: () => 0,
  });
  onTestFinished(() => cloud.close());
  const { endpoint, region, bucket } = cloud.endpoints.oss;
  const store = ossClient({ endpoint, region, bucket }, cloud.endpoints.credentials);
  await store.put({ key: KEY, bytes: Buffer.from('x'), contentType: 'text/plain', headers: {}, timeoutMs: 5000 });
  await cloud.fc.idle();

  const calls = cloud.fc.invocations().map((call) => [call.function, call.attempt, call.result]);
  expect(calls).toEqual([
    ['dead-letter', 1, 'ok'],
    ['register-ca', 4, 'error'],
    ['register-ca', 3, 'error'],
    ['register-ca', 2, 'error'],
    ['register-ca', 1, 'error'],
  ]);
  const outcomes = cloud.sls.logs('outcomes').map((log) => log.fields);
  expect(outcomes).toMatchObject([
    {
      kind: 'event-lost',
      severity: 'warning',
      name: 'register-ca',
      reason: 'failed',
      object_key: KEY,
      request_id: cloud.fc.invocations()[1]?.id,
      detail: `The platform gave up on an event for function register-ca: the upload of ${KEY} failed 4 times, at last with BrokenError.`,
      function: 'dead-letter',
    },
  ]);
  const page = await store.list({ query: { prefix: 'outbox/', 'max-keys': 10 }, timeoutMs: 5000 });
  expect(page.objects.map(({ name }) => String(name).replace(/[0-9a-f]{16,32}/g, '<hash>'))).toEqual([
    expect.stringMatching(/^outbox\/alerts\/warning\/event-lost\.<hash>\/\d{13}-<hash>\.json$/) as unknown,
  ]);
});

const CALL = decodeDestinationEvent(
  Buffer.from(
    JSON.stringify({
      timestamp: Date.now(),
      requestContext: {
        requestId: '1-69a7c0ff-00112233445566778899aabb',
        functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/sweep',
        condition: 'UnhandledInvocationError',
        approximateInvokeCount: 1,
      },
      requestPayload: '{"sweepId":"20260304T050000Z","lap":3}',
      responsePayload: '{"errorMessage":"canary","errorType":"TypeError"}',
    }),
  ),
);

interface DeadLetterWorld {
  readonly objects: ObjectsWorld;
  readonly outcomes: OutcomesWorld;
  readonly lines: readonly string[];
  readonly run: () => Promise<void>;
  readonly keys: () => Promise<readonly string[]>;
  readonly logged: () => readonly Readonly<Record<string, string>>[];
}

async function deadLetterWorld(): Promise<DeadLetterWorld> {
  const objects = await objectsWorld();
  const outcomes = await outcomesWorld();
  const lines: string[] = [];
  const run = (): Promise<void> => {
    const log = outcomes.adapter({ deadlineMs: 20_000 });
    const deps = {
      reporter: createReporter({
        store: objects.store({ deadlineMs: 20_000 }),
        log,
        runLog: { write: () => undefined },
      }),
      log,
      print: (line: string) => {
        lines.push(line);
      },
      clock: objects.clock,
      run: { functionName: 'dead-letter', functionRequestId: 'r-1', configDigest: 'c0ffee', version: '0' },
    };
    return runDeadLetter(deps, CALL);
  };
  const keys = async (): Promise<readonly string[]> => {
    const page = await objects.objects.list({ prefix: '', limit: 100 });
    return page.objects.map(({ key }) => key.replace(/[0-9a-f]{16,32}|\d{13}/g, '<…>'));
  };
  return { objects, outcomes, lines, run, keys, logged: () => outcomes.sls.logs(LOGSTORE).map((log) => log.fields) };
}

const ALERT = 'outbox/alerts/warning/event-lost.<…>/<…>-<…>.json';
const down = (count: number): readonly Fault[] => Array.from({ length: count }, () => HTML_503);
const LONG_OUTAGE = 200;

test('a call delivered twice is one alert and one event id', async () => {
  const world = await deadLetterWorld();
  await world.run();
  await world.run();
  expect(await world.keys()).toEqual([ALERT]);
  expect(new Set(world.logged().map((record) => record['event_id'])).size).toBe(1);
  expect(world.logged()[0]).toMatchObject({ kind: 'event-lost', name: 'sweep', sweep_id: '20260304T050000Z' });
  expect(world.lines).toEqual([]);
});

test('without a log store the outcome waits in the outbox', async () => {
  const world = await deadLetterWorld();
  world.outcomes.proxy.plan(...down(LONG_OUTAGE));
  await world.run();
  expect(await world.keys()).toEqual([ALERT, 'outbox/outcomes/<…>-<…>.json']);
  expect(world.lines).toEqual([]);
});

test('without a bucket the outcome is in the log store, and the alert is tried again', async () => {
  const world = await deadLetterWorld();
  world.objects.proxy.plan(...down(LONG_OUTAGE));
  await expect(world.run()).rejects.toBeInstanceOf(ServiceFailure);
  expect(world.logged()).toMatchObject([{ kind: 'event-lost' }]);
  expect(world.lines).toHaveLength(1);
  world.objects.proxy.plan();
  await world.run();
  expect(await world.keys()).toEqual([ALERT]);
});

test('without either, one line without secrets names the event, and the call is tried again', async () => {
  const world = await deadLetterWorld();
  world.objects.proxy.plan(...down(LONG_OUTAGE));
  world.outcomes.proxy.plan(...down(LONG_OUTAGE));
  await expect(world.run()).rejects.toBeInstanceOf(ServiceFailure);
  expect(world.lines).toHaveLength(1);
  expect(world.lines[0]).not.toMatch(/\n|canary/);
  expect(JSON.parse(world.lines[0] ?? '')).toMatchObject({
    kind: 'event-lost',
    name: 'sweep',
    request_id: '1-69a7c0ff-00112233445566778899aabb',
    detail:
      'The platform gave up on an event for function sweep: lap 3 of the sweep 20260304T050000Z failed once, at last with TypeError.',
  });
  world.objects.proxy.plan();
  world.outcomes.proxy.plan();
  await world.run();
  expect(world.logged()).toHaveLength(1);
});

const CONTEXT = {
  requestId: 'r-1',
  credentials: OSS_KEY,
  functionName: 'dead-letter',
  accountId: '1234567890123456',
  timeout: durationMs(60_000),
};

test('a wrong configuration leaves the event in the bucket, beside what is wrong', async () => {
  const { objects, proxy } = await objectsWorld();
  const environment = {
    MQTT_CERTS_REGION: 'cn-hangzhou',
    MQTT_CERTS_BUCKET: 'certs-bucket',
    MQTT_CERTS_OSS_ENDPOINT: proxy.endpoint,
  };
  await composeDeadLetter(CONTEXT, environment)(CALL);
  const { objects: found } = await objects.list({ prefix: 'outbox/outcomes/', limit: 10 });
  const [spooled] = found;
  const read = spooled === undefined ? undefined : await objects.read({ key: spooled.key, maxBytes: 65_536 });
  const records = JSON.parse(read?.kind === 'found' ? read.bytes.toString('utf8') : '[]') as unknown;
  expect(records).toMatchObject([{ kind: 'event-lost', name: 'sweep' }, { kind: 'configuration-invalid' }]);
});

test('a configuration without a bucket prints the event and fails, so that it is tried again', async () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  await expect(composeDeadLetter(CONTEXT, {})(CALL)).rejects.toThrow('MQTT_CERTS_BUCKET is missing');
  expect(written.filter((text) => text.includes('"kind":"event-lost"'))).toHaveLength(1);
});
