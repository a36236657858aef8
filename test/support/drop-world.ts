import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../local/clock.ts';
import { type LocalMqtt, startMqtt } from '../../local/mqtt/server.ts';
import { type LocalOss, type OssFault, type OssObjectEvent, startOss } from '../../local/oss/oss.ts';
import { type LocalSls, startSls } from '../../local/sls/server.ts';
import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { epochMs, minutes } from '../../shared/core/time.ts';
import { decodeFunctionEvent } from '../../shared/events/function-event.ts';
import type { RegisterDeps } from '../../shared/pipelines/register-ca/deps.ts';
import { runRegisterCa } from '../../shared/pipelines/register-ca/run.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { RunLine } from '../../shared/ports/run-log.ts';
import { caRecipe, commonNames, type KeyType, makeDer, pem, type Recipe, verificationRecipe } from './certificates.ts';
import { type Fault, type FaultProxy, faultProxy } from './fault-proxy.ts';

export const INSTANCE = 'post-cn-world00001';
/** An instance of the account that the deployment does not serve unless its settings say so. */
export const OTHER_INSTANCE = 'post-cn-world00002';
const REGION = 'cn-hangzhou';
export const BUCKET = 'world-bucket';
const PROJECT = 'world-project';
const LOGSTORE = 'outcomes';
/** Its secret and token are canaries: they may be in no output whatever. */
export const KEY = {
  accessKeyId: 'STS.dropworld',
  accessKeySecret: 'canarySecretOfTheDropWorld',
  securityToken: 'canaryTokenOfTheDropWorld',
};

/**
 * Sees every external call a run makes: called, and waited for, before and after each one. Throws to kill the run
 * there, or does something else to the world at that very moment.
 */
export type CallWatch = (moment: 'before' | 'after', call: string) => unknown;

/** The drop pipeline with its real adapters and SDKs on a cloud of its own; time passes only when told to. */
export interface DropWorld {
  readonly clock: LocalClock;
  readonly oss: LocalOss;
  readonly mqtt: LocalMqtt;
  /** The hop in front of the certificate service: answers that the service itself never gives. */
  readonly hop: FaultProxy;
  readonly sls: LocalSls;
  /** The bucket for the test's own doings: nothing is watched. */
  readonly bucket: OssClient;
  /** What the functions printed about their runs. */
  readonly lines: readonly RunLine[];
  /** Puts a file and gives the bytes of the trigger's event about it. */
  readonly put: (key: string, bytes: Buffer | string) => Promise<Buffer>;
  /** Runs the function on the bytes of an event, as one invocation. */
  readonly invoke: (event: Buffer, options?: InvokeOptions) => Promise<void>;
  readonly tick: (options?: InvokeOptions) => Promise<void>;
  /** Puts files into a folder one after the other; the events come in the same order. */
  readonly drop: (folder: string, files: Readonly<Record<string, Buffer | string>>) => Promise<readonly Buffer[]>;
  /** What the bucket does with the next requests; `undefined` makes it well again. */
  readonly spoilBucket: (fault: OssSpoiler | undefined) => void;
  /** Everything that any invocation threw. */
  readonly thrown: readonly unknown[];
  /** Registers a pair behind the pipeline's back, as a person at the console would. */
  readonly registerByHand: (pair: PemPair, instance?: string) => void;
  /** Asks the service for a registration code, as a person would. */
  readonly code: (instance?: string) => string;
  /** Every key in the bucket below a prefix. */
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  readonly text: (key: string) => Promise<string>;
  /** Every outcome in the log store, as fields. */
  readonly outcomes: () => readonly Readonly<Record<string, string>>[];
}

/** Decides what becomes of one request to the bucket. */
export type OssSpoiler = (request: { readonly operation: string; readonly key?: string }) => OssFault;

/** The PEM texts of a CA and of a verification certificate. */
export interface PemPair {
  readonly ca: string;
  readonly verification: string;
}

/** How one invocation differs from an ordinary one. */
export interface InvokeOptions {
  readonly watch?: CallWatch;
  readonly settings?: Partial<RegisterDeps['settings']>;
  /** How long the run has; 110 s unless told otherwise. */
  readonly timeoutMs?: number;
  /** How long one call to the certificate service may take, in real milliseconds. */
  readonly callTimeoutMs?: number;
}

/** Starts a world; it ends with the test. */
export async function dropWorld(): Promise<DropWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'drops-'));
  const clock = createLocalClock();
  const events: OssObjectEvent[] = [];
  const thrown: unknown[] = [];
  let spoiler: OssSpoiler | undefined;
  const credentials = [KEY];
  const common = { credentials, clock, region: REGION };
  const [oss, mqtt, sls] = await Promise.all([
    startOss({
      ...common,
      dataFolder: join(dataFolder, 'oss'),
      bucket: BUCKET,
      onEvent: (event) => {
        events.push(event);
      },
      beforeAnswer: (request) => spoiler?.(request) ?? 'ok',
    }),
    startMqtt({
      ...common,
      dataFolder: join(dataFolder, 'mqtt'),
      instances: [INSTANCE, OTHER_INSTANCE],
      accountId: '1234567890123456',
    }),
    startSls({ ...common, dataFolder: join(dataFolder, 'sls'), project: PROJECT, logstores: [LOGSTORE] }),
  ]);
  onTestFinished(async () => {
    await Promise.all([oss.close(), mqtt.close(), sls.close()]);
    await rm(dataFolder, { recursive: true });
  });
  const hop = await faultProxy(mqtt.endpoint);
  const bucket = ossClient({ endpoint: oss.endpoint, region: REGION, bucket: BUCKET }, KEY);
  const lines: RunLine[] = [];
  let runs = 0;

  const depsOf = (options: InvokeOptions): RegisterDeps => {
    const watch = options.watch ?? (() => undefined);
    const worldClock = clockOf(clock);
    const deadline = epochMs(clock.now() + (options.timeoutMs ?? 110_000));
    const client = watchedClient(bucket, watch);
    const store = ossObjects({ client, clock: worldClock, deadline });
    const callApi = openapiCallApi({
      endpoint: `127.0.0.1:${String(hop.port)}`,
      protocol: 'http',
      credentials: KEY,
      timeoutMs: options.callTimeoutMs ?? 5000,
    });
    const send = slsSend({ endpoint: sls.endpoint, region: REGION, project: PROJECT }, KEY, worldClock.now);
    const log = slsLog({
      send: (request) => watched(watch, `sls ${request.method}`, () => send(request)),
      logstore: LOGSTORE,
      clock: worldClock,
      deadline,
      source: 'register-ca',
    });
    const runLog = {
      write: (line: RunLine) => {
        lines.push(line);
      },
    };
    runs += 1;
    return {
      store,
      mqtt: openapiCertificates({
        callApi: (call, signal) => watched(watch, call.action, () => callApi(call, signal)),
        budget: { acquire: () => Promise.resolve(), answered: () => undefined, throttled: () => undefined },
        parameters: 'query',
        timeoutMs: options.callTimeoutMs ?? 5000,
      }),
      reporter: createReporter({ store, log, runLog }),
      clock: worldClock,
      runLog,
      settings: {
        bucket: BUCKET,
        instances: [instanceId(INSTANCE)],
        pairDeadline: minutes(15),
        observeOnly: false,
        ...options.settings,
      },
      run: {
        functionName: 'register-ca',
        functionRequestId: `r-${String(runs)}`,
        configDigest: 'c0ffee',
        version: '0',
      },
      runId: `run-${String(runs)}`,
      deadline,
    };
  };

  const invoke = async (event: Buffer, options: InvokeOptions = {}): Promise<void> => {
    try {
      await runRegisterCa(depsOf(options), decodeFunctionEvent(event));
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };
  const put: DropWorld['put'] = async (key, bytes) => {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const seen = events.length;
    await bucket.put({ key, bytes: data, contentType: 'application/x-pem-file', headers: {}, timeoutMs: 5000 });
    const event = events.slice(seen).find((one) => one.key === key);
    if (event === undefined) throw new Error(`no event came for ${key}`);
    return objectEvent(event);
  };

  return {
    clock,
    oss,
    mqtt,
    hop,
    sls,
    bucket,
    lines,
    thrown,
    put,
    drop: async (folder, files) => {
      const brought: Buffer[] = [];
      for (const [name, bytes] of Object.entries(files)) brought.push(await put(folder + name, bytes));
      return brought;
    },
    spoilBucket: (fault) => {
      spoiler = fault;
    },
    registerByHand: ({ ca, verification }, instance = INSTANCE) => {
      const parameters = new Map([
        ['MqttInstanceId', instance],
        ['CaName', 'by hand'],
        ['CaContent', ca],
        ['VerificationContent', verification],
      ]);
      const answer = mqtt.engine.call({ action: 'RegisterCaCertificate', method: 'POST', parameters, by: 'console' });
      if (!answer.ok) throw new Error(`registering by hand: ${answer.code}`);
    },
    invoke,
    tick: (options) => {
      const triggerTime = new Date(clock.now()).toISOString();
      return invoke(
        Buffer.from(JSON.stringify({ triggerTime, triggerName: 'every-10-minutes', payload: '' })),
        options,
      );
    },
    code: (instance = INSTANCE) => {
      const answer = mqtt.engine.call({
        action: 'GetRegisterCode',
        method: 'GET',
        parameters: new Map([['MqttInstanceId', instance]]),
        by: 'console',
      });
      if (!answer.ok) throw new Error('the service gave no registration code');
      return String(answer.body['RegisterCode']);
    },
    keys: async (prefix) => {
      const page = await bucket.list({ query: { prefix, 'max-keys': 1000, 'encoding-type': 'url' }, timeoutMs: 5000 });
      return page.objects.map(({ name }) => decodeURIComponent(String(name).replaceAll('+', ' ')));
    },
    text: async (key) => {
      const { bytes } = await bucket.get({ key, headers: {}, maxBytes: 1_000_000, timeoutMs: 5000 });
      return bytes.toString('utf8');
    },
    outcomes: () => sls.logs(LOGSTORE).map((log) => log.fields),
  };
}

/** A refusal of the certificate service with any code, as its gateway writes it; its message is a canary. */
export function refusedWith(code: string, status = 400): Fault {
  const body = { RequestId: 'A1B2C3D4-0000-4000-8000-000000000001', Code: code, Message: 'canaryMessageOfTheService' };
  return { status, headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify(body) };
}

/** A sound pair for a registration code: PEM texts of the CA and of the verification certificate. */
export function soundPair(
  code: string,
  options: {
    readonly type?: KeyType;
    readonly serial?: string;
    readonly ca?: Partial<Recipe>;
    readonly verification?: Partial<Recipe>;
  } = {},
): PemPair {
  const { type = 'p256', serial = '5f0000000000000001' } = options;
  const ca = makeDer(caRecipe(type, { serial: Buffer.from(serial, 'hex'), ...options.ca }));
  const verification = makeDer(verificationRecipe(type, { subject: commonNames(code), ...options.verification }));
  return { ca: pem(ca), verification: pem(verification) };
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

function instanceId(text: string): InstanceId {
  const instance = parseInstanceId(text);
  if (instance === undefined) throw new Error(`${text} is no instance id`);
  return instance;
}

async function watched<Value>(watch: CallWatch, call: string, act: () => Promise<Value>): Promise<Value> {
  await watch('before', call);
  const value = await act();
  await watch('after', call);
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

/** The bytes FC hands over for an object event of OSS. */
function objectEvent(event: OssObjectEvent): Buffer {
  const { bucket, etag, key } = event;
  return Buffer.from(
    JSON.stringify({
      events: [
        {
          eventName: event.eventName,
          eventSource: 'acs:oss',
          eventTime: new Date(event.at).toISOString(),
          eventVersion: '1.0',
          oss: {
            bucket: { arn: `acs:oss:${REGION}:1234567890123456:${bucket}`, name: bucket },
            object: { deltaSize: event.size, eTag: etag, key, size: event.size },
            ossSchemaVersion: '1.0',
            ruleId: 'rule',
          },
          region: REGION,
          requestParameters: { sourceIPAddress: event.sourceIp },
          responseElements: { requestId: event.requestId },
          userIdentity: { principalId: event.principalId },
        },
      ],
    }),
  );
}

/** An event about a key that nobody put there, or about another version of it. */
export function strangeEvent(key: string, changes: Partial<OssObjectEvent> = {}): Buffer {
  return objectEvent({
    eventName: 'ObjectCreated:PutObject',
    bucket: BUCKET,
    key,
    etag: '0123456789ABCDEF0123456789ABCDEF',
    size: 1,
    at: 1_767_225_600_000,
    requestId: '5FFFFFFFFFFFFFFFFFFFFFFF',
    sourceIp: '198.51.100.7',
    principalId: '200000000000000001',
    ...changes,
  });
}
