import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../local/clock.ts';
import { type LocalMqtt, startMqtt } from '../../local/mqtt/server.ts';
import { type LocalOss, startOss } from '../../local/oss/oss.ts';
import { type LocalSls, startSls } from '../../local/sls/server.ts';
import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { durationMs, epochMs, minutes } from '../../shared/core/time.ts';
import { decodeSweepEvent } from '../../shared/events/sweep-event.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import type { SweepDeps } from '../../shared/pipelines/sweep/deps.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { type CallWatch, soundPair } from './drop-world.ts';

export const INSTANCE = 'post-cn-sweep00001';
const REGION = 'cn-hangzhou';
const BUCKET = 'sweep-bucket';
const PROJECT = 'sweep-project';
const LOGSTORE = 'outcomes';
const KEY = {
  accessKeyId: 'STS.sweepworld',
  accessKeySecret: 'canarySecretOfTheSweepWorld',
  securityToken: 'canaryTokenOfTheSweepWorld',
};
const DAY = 86_400_000;

/** How one lap differs from an ordinary one. */
export interface LapOptions {
  readonly watch?: CallWatch;
  readonly settings?: Partial<SweepDeps['settings']>;
  /** How long a lap has; 840 s unless told otherwise. */
  readonly timeoutMs?: number;
  /** Whether calls to itself arrive; they do unless told otherwise. */
  readonly selfCalls?: 'arrive' | 'lost' | 'twice';
}

/** The sweep with its real adapters and SDKs on a cloud of its own; time passes only when told to. */
export interface SweepWorld {
  readonly clock: LocalClock;
  readonly oss: LocalOss;
  readonly mqtt: LocalMqtt;
  readonly sls: LocalSls;
  readonly bucket: OssClient;
  /** Registers a CA and gives its serial in the canonical spelling. */
  readonly ca: (name: string, serial: string) => string;
  /** Lets devices connect for the first time under a CA; serials as hex. */
  readonly devices: (ca: string, serials: readonly string[], validUntil?: number) => void;
  readonly put: (key: string, text: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** The timer comes, ten minutes after the last time; laps that call themselves run as well. */
  readonly tick: (options?: LapOptions) => Promise<void>;
  /** One call of the function. */
  readonly invoke: (event: object, options?: LapOptions) => Promise<void>;
  readonly statusOf: (ca: string, device: string) => string | undefined;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** Outcomes in the log store, each event once. */
  readonly outcomes: (kind?: string) => readonly Readonly<Record<string, string>>[];
}

/** Starts a world; it ends with the test. */
export async function sweepWorld(): Promise<SweepWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sweeps-'));
  const clock = createLocalClock();
  const common = { credentials: [KEY], clock, region: REGION };
  const [oss, mqtt, sls] = await Promise.all([
    startOss({ ...common, dataFolder: join(dataFolder, 'oss'), bucket: BUCKET, onEvent: () => undefined }),
    startMqtt({
      ...common,
      dataFolder: join(dataFolder, 'mqtt'),
      instances: [INSTANCE],
      accountId: '1234567890123456',
    }),
    startSls({ ...common, dataFolder: join(dataFolder, 'sls'), project: PROJECT, logstores: [LOGSTORE] }),
  ]);
  onTestFinished(async () => {
    await Promise.all([oss.close(), mqtt.close(), sls.close()]);
    await rm(dataFolder, { recursive: true });
  });
  const bucket = ossClient({ endpoint: oss.endpoint, region: REGION, bucket: BUCKET }, KEY);
  let runs = 0;

  const invoke: SweepWorld['invoke'] = async (event, options = {}) => {
    const calls: Buffer[] = [];
    const deps = depsOf(options, calls);
    await runSweep(deps, decodeSweepEvent(Buffer.from(JSON.stringify(event))));
    if (options.selfCalls === 'lost') return;
    const copies = options.selfCalls === 'twice' ? 2 : 1;
    for (const call of calls) {
      for (let copy = 0; copy < copies; copy += 1) await invoke(JSON.parse(call.toString('utf8')) as object, options);
    }
  };

  const depsOf = (options: LapOptions, calls: Buffer[]): SweepDeps => {
    const watch = options.watch ?? (() => undefined);
    const worldClock = clockOf(clock);
    const deadline = epochMs(clock.now() + (options.timeoutMs ?? 840_000));
    const store = ossObjects({ client: watchedClient(bucket, watch), clock: worldClock, deadline });
    const credentials = { endpoint: `127.0.0.1:${String(mqtt.port)}`, protocol: 'http' as const, credentials: KEY };
    const callApi = openapiCallApi({ ...credentials, timeoutMs: 5000 });
    const send = slsSend({ endpoint: sls.endpoint, region: REGION, project: PROJECT }, KEY, worldClock.now);
    const log = slsLog({
      send: (request) => watched(watch, `sls ${request.method}`, () => send(request)),
      logstore: LOGSTORE,
      clock: worldClock,
      deadline,
      source: 'sweep',
    });
    const runLog = { write: () => undefined };
    runs += 1;
    return {
      store,
      mqtt: openapiCertificates({
        callApi: (call, signal) => watched(watch, call.action, () => callApi(call, signal)),
        budget: { acquire: () => Promise.resolve(), answered: () => undefined, throttled: () => undefined },
        parameters: 'query',
        timeoutMs: 5000,
      }),
      reporter: createReporter({ store, log, runLog }),
      invoker: {
        invokeAsync: (_, payload) =>
          watched(watch, 'invoke', () => {
            calls.push(payload);
            return Promise.resolve();
          }),
      },
      clock: worldClock,
      runLog,
      watchCache: {},
      settings: {
        instances: [instanceId(INSTANCE)],
        interval: minutes(10),
        reactivate: 'act',
        reactivateAfter: durationMs(0),
        firstSight: 'act',
        read: 'list',
        callsAtOnce: 8,
        functionName: 'sweep',
        ...options.settings,
      },
      run: { functionName: 'sweep', functionRequestId: `r-${String(runs)}`, configDigest: 'c0ffee', version: '0' },
      runId: `run-${String(runs)}`,
      deadline,
    };
  };

  const codeOf = (): string => {
    const parameters = new Map([['MqttInstanceId', INSTANCE]]);
    const answer = mqtt.engine.call({ action: 'GetRegisterCode', method: 'GET', parameters, by: 'test' });
    if (!answer.ok) throw new Error('the service gave no registration code');
    return String(answer.body['RegisterCode']);
  };

  return {
    clock,
    oss,
    mqtt,
    sls,
    bucket,
    ca: (name, serial) => {
      const pair = soundPair(codeOf(), { serial });
      const parameters = new Map([
        ['MqttInstanceId', INSTANCE],
        ['CaName', name],
        ['CaContent', pair.ca],
        ['VerificationContent', pair.verification],
      ]);
      const answer = mqtt.engine.call({ action: 'RegisterCaCertificate', method: 'POST', parameters, by: 'test' });
      if (!answer.ok) throw new Error(`the CA ${name} was not registered: ${answer.code}`);
      return serial.replace(/^0+/, '');
    },
    devices: (ca, serials, validUntil = clock.now() + 1000 * DAY) => {
      const validFrom = clock.now() - DAY;
      mqtt.engine.registerDevices(
        INSTANCE,
        ca,
        serials.map((serial) => ({ serial, validFrom, validUntil })),
      );
    },
    put: (key, text) =>
      bucket.put({ key, bytes: Buffer.from(text), contentType: 'text/csv', headers: {}, timeoutMs: 5000 }),
    remove: (key) => bucket.delete({ key, timeoutMs: 5000 }),
    tick: async (options) => {
      clock.advance(600_000);
      const triggerTime = new Date(clock.now()).toISOString();
      await invoke({ triggerTime, triggerName: 'every-10-minutes', payload: '' }, options);
    },
    invoke,
    statusOf: (ca, device) => mqtt.engine.device(INSTANCE, ca, device)?.status,
    keys: async (prefix) => {
      const page = await bucket.list({ query: { prefix, 'max-keys': 1000, 'encoding-type': 'url' }, timeoutMs: 5000 });
      return page.objects.map(({ name }) => decodeURIComponent(String(name).replaceAll('+', ' ')));
    },
    outcomes: (kind) => {
      const once = new Map(sls.logs(LOGSTORE).map((log) => [log.fields['event_id'], log.fields]));
      return [...once.values()].filter((fields) => kind === undefined || fields['kind'] === kind);
    },
  };
}

function clockOf(clock: LocalClock): Clock {
  return {
    now: () => epochMs(clock.now()),
    sleep: (duration) => {
      clock.advance(Math.ceil(duration));
      return Promise.resolve();
    },
    random: () => 0.5,
  };
}

function instanceId(text: string): InstanceId {
  const instance = parseInstanceId(text);
  if (instance === undefined) throw new Error(`${text} is no instance id`);
  return instance;
}

async function watched<Value>(watch: CallWatch, call: string, act: () => Promise<Value>): Promise<Value> {
  watch('before', call);
  const value = await act();
  watch('after', call);
  return value;
}

function watchedClient(client: OssClient, watch: CallWatch): OssClient {
  return {
    list: (request) => watched(watch, `list ${String(request.query['prefix'])}`, () => client.list(request)),
    get: (request) => watched(watch, `get ${request.key}`, () => client.get(request)),
    head: (request) => watched(watch, `head ${request.key}`, () => client.head(request)),
    put: (request) => watched(watch, `put ${request.key}`, () => client.put(request)),
    copy: (request) => watched(watch, `copy ${request.to}`, () => client.copy(request)),
    delete: (request) => watched(watch, `delete ${request.key}`, () => client.delete(request)),
  };
}
