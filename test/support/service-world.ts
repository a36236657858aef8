import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../local/clock.ts';
import type { LocalCredentials } from '../../local/credentials.ts';
import { type LocalMqtt, startMqtt } from '../../local/mqtt/server.ts';
import { type LocalOss, type OssFault, type OssObjectEvent, startOss } from '../../local/oss/oss.ts';
import { type LocalSls, startSls } from '../../local/sls/server.ts';
import type { CallBudget } from '../../shared/adapters/call-budget.ts';
import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { type EpochMs, epochMs } from '../../shared/core/time.ts';
import { createReporter, type Reporter } from '../../shared/pipelines/report.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { OutcomeLog } from '../../shared/ports/outcome-log.ts';
import type { RunLog } from '../../shared/ports/run-log.ts';
import { heldToTable } from './table-fields.ts';

export const REGION = 'cn-hangzhou';
const LOGSTORE = 'outcomes';

/**
 * Sees every external call a run makes: called, and waited for, before and after each one. Throws to kill the run
 * there, or does something else to the world at that very moment.
 */
export type CallWatch = (moment: 'before' | 'after', call: string) => unknown;

/** Decides what becomes of one request to the bucket. */
export type OssSpoiler = (request: { readonly operation: string; readonly key?: string }) => OssFault;

/** What one run of a pipeline works with: real adapters and SDKs, watched, on the time of the world. */
export interface RunPorts {
  readonly store: ObjectStore;
  readonly mqtt: MqttCertificates;
  readonly log: OutcomeLog;
  readonly reporter: Reporter;
  readonly runLog: RunLog;
  readonly clock: Clock;
  readonly deadline: EpochMs;
}

/** How a run is set up. */
export interface RunSetUp {
  readonly functionName: string;
  readonly runLog: RunLog;
  readonly timeoutMs: number;
  readonly watch?: CallWatch | undefined;
  /** `host:port` of the certificate service; its own unless something stands before it. */
  readonly mqttEndpoint?: string;
  /** URL of the log service; its own unless something stands before it. */
  readonly logEndpoint?: string | undefined;
  /** How long one call to the certificate service may take, in real milliseconds. */
  readonly callTimeoutMs?: number | undefined;
  /** What paces the calls to the certificate service; waiting takes real time then. Nothing paces them by default. */
  readonly budget?: CallBudget | undefined;
}

/** The three services on loopback, with a person's access to them; time passes only when told to. */
export interface ServiceWorld {
  readonly clock: LocalClock;
  readonly oss: LocalOss;
  readonly mqtt: LocalMqtt;
  readonly sls: LocalSls;
  /** The bucket for the test's own doings: nothing is watched. */
  readonly bucket: OssClient;
  readonly portsOf: (setUp: RunSetUp) => RunPorts;
  /** Asks the service for a registration code, as a person would. */
  readonly code: (instance: string) => string;
  /** Registers a pair behind the pipeline's back, as a person at the console would. */
  readonly register: (pair: PemPair, about: { readonly instance: string; readonly caName: string }) => void;
  /** Every key in the bucket below a prefix. */
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** Every outcome in the log store, as fields. */
  readonly outcomes: () => readonly Readonly<Record<string, string>>[];
  /** Every object that was ever written, oldest first. */
  readonly written: readonly OssObjectEvent[];
  /** What the bucket does with the next requests; `undefined` makes it well again. */
  readonly spoilBucket: (fault: OssSpoiler | undefined) => void;
}

/** The PEM texts of a CA and of a verification certificate. */
export interface PemPair {
  readonly ca: string;
  readonly verification: string;
}

/** What the services are told to be. */
export interface Services {
  readonly bucket: string;
  readonly project: string;
  readonly instances: readonly string[];
  /** What everybody signs with. */
  readonly key: LocalCredentials;
}

/** Starts the services; they end with the test. */
export async function serviceWorld(services: Services): Promise<ServiceWorld> {
  const { key, project } = services;
  const dataFolder = await mkdtemp(join(tmpdir(), 'services-'));
  const clock = createLocalClock();
  const common = { credentials: [key], clock, region: REGION };
  const written: OssObjectEvent[] = [];
  let spoiler: OssSpoiler | undefined;
  const [oss, mqtt, sls] = await Promise.all([
    startOss({
      ...common,
      dataFolder: join(dataFolder, 'oss'),
      bucket: services.bucket,
      onEvent: (event) => {
        if (event.eventName.startsWith('ObjectCreated:')) written.push(event);
      },
      beforeAnswer: (request) => spoiler?.(request) ?? 'ok',
    }),
    startMqtt({
      ...common,
      dataFolder: join(dataFolder, 'mqtt'),
      instances: services.instances,
      accountId: '1234567890123456',
    }),
    startSls({ ...common, dataFolder: join(dataFolder, 'sls'), project, logstores: [LOGSTORE] }),
  ]);
  onTestFinished(async () => {
    await Promise.all([oss.close(), mqtt.close(), sls.close()]);
    await rm(dataFolder, { recursive: true });
  });
  const bucket = ossClient({ endpoint: oss.endpoint, region: REGION, bucket: services.bucket }, key);
  const worldClock = clockOf(clock);

  const callByHand = (action: string, parameters: Readonly<Record<string, string>>): Record<string, unknown> => {
    const method = action.startsWith('Get') ? 'GET' : 'POST';
    const answer = mqtt.engine.call({ action, method, parameters: new Map(Object.entries(parameters)), by: 'console' });
    if (!answer.ok) throw new Error(`${action} by hand: ${answer.code}`);
    return answer.body;
  };

  return {
    clock,
    oss,
    mqtt,
    sls,
    bucket,
    portsOf: ({ functionName, runLog, timeoutMs, watch = () => undefined, ...calls }) => {
      const deadline = epochMs(clock.now() + timeoutMs);
      const store = ossObjects({ client: watchedClient(bucket, watch), clock: worldClock, deadline });
      const { callTimeoutMs = 5000, mqttEndpoint = `127.0.0.1:${String(mqtt.port)}` } = calls;
      const callApi = openapiCallApi({
        endpoint: mqttEndpoint,
        protocol: 'http',
        credentials: key,
        timeoutMs: callTimeoutMs,
      });
      const logEndpoint = calls.logEndpoint ?? sls.endpoint;
      const send = slsSend({ endpoint: logEndpoint, region: REGION, project }, key, worldClock.now);
      const log = slsLog({
        send: (request) => watched(watch, `sls ${request.method}`, () => send(request)),
        logstore: LOGSTORE,
        clock: worldClock,
        deadline,
        source: functionName,
      });
      const certificates = openapiCertificates({
        callApi: (call, signal) => watched(watch, call.action, () => callApi(call, signal)),
        budget: calls.budget ?? UNPACED,
        parameters: 'query',
        timeoutMs: callTimeoutMs,
      });
      const reporter = heldToTable(createReporter({ store, log, runLog }));
      const ownClock = calls.budget === undefined ? worldClock : { ...worldClock, sleep: realSleep };
      return { store, mqtt: certificates, log, reporter, runLog, clock: ownClock, deadline };
    },
    code: (instance) => String(callByHand('GetRegisterCode', { MqttInstanceId: instance })['RegisterCode']),
    register: ({ ca, verification }, { caName, instance }) => {
      const contents = { CaContent: ca, VerificationContent: verification };
      callByHand('RegisterCaCertificate', { MqttInstanceId: instance, CaName: caName, ...contents });
    },
    keys: async (prefix) => {
      const page = await bucket.list({ query: { prefix, 'max-keys': 1000, 'encoding-type': 'url' }, timeoutMs: 5000 });
      return page.objects.map(({ name }) => decodeURIComponent(String(name).replaceAll('+', ' ')));
    },
    outcomes: () => sls.logs(LOGSTORE).map((log) => log.fields),
    written,
    spoilBucket: (fault) => {
      spoiler = fault;
    },
  };
}

const UNPACED: CallBudget = { acquire: () => Promise.resolve(), answered: () => undefined, throttled: () => undefined };

function realSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The id of an instance the test names. */
export function instanceId(text: string): InstanceId {
  const instance = parseInstanceId(text);
  if (instance === undefined) throw new Error(`${text} is no instance id`);
  return instance;
}

/** Does something while a watch looks on. */
export async function watched<Value>(watch: CallWatch, call: string, act: () => Promise<Value>): Promise<Value> {
  await watch('before', call);
  const value = await act();
  await watch('after', call);
  return value;
}

function clockOf(clock: LocalClock): Clock {
  return {
    now: () => epochMs(clock.now()),
    // Waiting moves the time of the whole world instead of taking any.
    sleep: (duration) => {
      clock.advance(Math.ceil(duration));
      return Promise.resolve();
    },
    random: () => 0.5,
  };
}

function watchedClient(client: OssClient, watch: CallWatch): OssClient {
  return {
    list: (request) => watched(watch, `list ${String(request.query['prefix'])}`, () => client.list(request)),
    get: (request) => watched(watch, `get ${request.key}`, () => client.get(request)),
    head: (request) => watched(watch, `head ${request.key}`, () => client.head(request)),
    put: (request) => watched(watch, `put ${request.key}`, () => client.put(request)),
    copy: (request) => watched(watch, `copy ${request.to}`, () => client.copy(request)),
    delete: (request) => watched(watch, `delete ${request.key}`, () => client.delete(request)),
    deleteMany: (request) =>
      watched(watch, `delete ${String(request.keys.length)} keys`, () => client.deleteMany(request)),
  };
}
