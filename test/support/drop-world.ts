import type { LocalClock } from '../../local/clock.ts';
import type { LocalMqtt } from '../../local/mqtt/server.ts';
import type { LocalOss, OssObjectEvent } from '../../local/oss/oss.ts';
import type { LocalSls } from '../../local/sls/server.ts';
import type { OssClient } from '../../shared/adapters/oss-client.ts';
import { minutes } from '../../shared/core/time.ts';
import { decodeFunctionEvent } from '../../shared/events/function-event.ts';
import type { RegisterDeps } from '../../shared/pipelines/register-ca/deps.ts';
import { runRegisterCa } from '../../shared/pipelines/register-ca/run.ts';
import type { RunLine } from '../../shared/ports/run-log.ts';
import { caRecipe, commonNames, type KeyType, makeDer, pem, type Recipe, verificationRecipe } from './certificates.ts';
import { type Fault, type FaultProxy, faultProxy } from './fault-proxy.ts';
import {
  type CallWatch,
  instanceId,
  type OssSpoiler,
  type PemPair,
  REGION,
  type ServiceWorld,
  serviceWorld,
} from './service-world.ts';

export const INSTANCE = 'post-cn-world00001';
/** An instance of the account that the deployment does not serve unless its settings say so. */
export const OTHER_INSTANCE = 'post-cn-world00002';
export const BUCKET = 'world-bucket';
/** Its secret and token are canaries: they may be in no output whatever. */
export const KEY = {
  accessKeyId: 'STS.dropworld',
  accessKeySecret: 'canarySecretOfTheDropWorld',
  securityToken: 'canaryTokenOfTheDropWorld',
};

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
  const instances = [INSTANCE, OTHER_INSTANCE];
  return dropWorldOn(await serviceWorld({ bucket: BUCKET, project: 'world-project', instances, key: KEY }));
}

/** The same on services that it shares with other worlds; the bucket is {@link BUCKET}. */
export async function dropWorldOn(services: ServiceWorld): Promise<DropWorld> {
  const thrown: unknown[] = [];
  const { bucket, clock, mqtt, oss, sls } = services;
  const hop = await faultProxy(mqtt.endpoint);
  const lines: RunLine[] = [];
  let runs = 0;

  const depsOf = (options: InvokeOptions): RegisterDeps => {
    const functionName = 'register-ca';
    const runLog = {
      write: (line: RunLine) => {
        lines.push(line);
      },
    };
    runs += 1;
    return {
      ...services.portsOf({
        functionName,
        runLog,
        timeoutMs: options.timeoutMs ?? 110_000,
        watch: options.watch,
        mqttEndpoint: `127.0.0.1:${String(hop.port)}`,
        callTimeoutMs: options.callTimeoutMs,
      }),
      settings: {
        bucket: BUCKET,
        instances: [instanceId(INSTANCE)],
        pairDeadline: minutes(15),
        observeOnly: false,
        ...options.settings,
      },
      run: { functionName, functionRequestId: `r-${String(runs)}`, configDigest: 'c0ffee', version: '0' },
      runId: `run-${String(runs)}`,
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
    const seen = services.written.length;
    await bucket.put({ key, bytes: data, contentType: 'application/x-pem-file', headers: {}, timeoutMs: 5000 });
    const event = services.written.slice(seen).find((one) => one.key === key);
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
    spoilBucket: services.spoilBucket,
    registerByHand: (pair, instance = INSTANCE) => services.register(pair, { instance, caName: 'by hand' }),
    invoke,
    tick: (options) => {
      const triggerTime = new Date(clock.now()).toISOString();
      return invoke(
        Buffer.from(JSON.stringify({ triggerTime, triggerName: 'every-10-minutes', payload: '' })),
        options,
      );
    },
    code: (instance = INSTANCE) => services.code(instance),
    keys: services.keys,
    text: async (key) => {
      const { bytes } = await bucket.get({ key, headers: {}, maxBytes: 1_000_000, timeoutMs: 5000 });
      return bytes.toString('utf8');
    },
    outcomes: services.outcomes,
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
