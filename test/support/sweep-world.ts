import type { LocalClock } from '../../local/clock.ts';
import type { LocalMqtt } from '../../local/mqtt/server.ts';
import type { LocalOss } from '../../local/oss/oss.ts';
import type { LocalSls } from '../../local/sls/server.ts';
import type { CallBudget } from '../../shared/adapters/call-budget.ts';
import type { OssClient } from '../../shared/adapters/oss-client.ts';
import { durationMs, epochMs, minutes } from '../../shared/core/time.ts';
import { decodeSweepEvent } from '../../shared/events/sweep-event.ts';
import type { SweepDeps } from '../../shared/pipelines/sweep/deps.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import { soundPair } from './drop-world.ts';
import {
  type CallWatch,
  instanceId,
  type OssSpoiler,
  type ServiceWorld,
  serviceWorld,
  watched,
} from './service-world.ts';

export const INSTANCE = 'post-cn-sweep00001';
const KEY = {
  accessKeyId: 'STS.sweepworld',
  accessKeySecret: 'canarySecretOfTheSweepWorld',
  securityToken: 'canaryTokenOfTheSweepWorld',
};
const DAY = 86_400_000;
const SERVICE_CALL = /^[A-Z][A-Za-z]+$/; // calls to the other services have blanks in their names

/** How one lap differs from an ordinary one. */
export interface LapOptions {
  readonly watch?: CallWatch;
  readonly settings?: Partial<SweepDeps['settings']>;
  /** How long a lap has; 840 s unless told otherwise. */
  readonly timeoutMs?: number;
  /** How much time every call to the certificate service takes; none unless told otherwise. */
  readonly callMs?: number;
  /** How far the function's own clock is off. */
  readonly skewMs?: number;
  /** The budget of a new worker: every invocation runs on one of its own, and waiting takes real time. */
  readonly newWorker?: () => CallBudget;
  /** What the certificate service answers instead of what the local cloud can be made to say. */
  readonly answers?: (service: SweepDeps['mqtt']) => Partial<SweepDeps['mqtt']>;
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
  /** The event ids of a kind of outcome, for each device (or CA, or file) it is about, and its reason. */
  readonly told: (kinds?: readonly string[]) => Readonly<Record<string, number>>;
  readonly text: (key: string) => Promise<string>;
  /** What the bucket does with the next requests; `undefined` makes it well again. */
  readonly spoilBucket: (fault: OssSpoiler | undefined) => void;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** Outcomes in the log store, each event once. */
  readonly outcomes: (kind?: string) => readonly Readonly<Record<string, string>>[];
}

/** Starts a world; it ends with the test. */
export async function sweepWorld(): Promise<SweepWorld> {
  const place = { bucket: 'sweep-bucket', project: 'sweep-project' };
  return sweepWorldOn(await serviceWorld({ ...place, instances: [INSTANCE], key: KEY }), INSTANCE);
}

/** The same on services that it shares with other worlds. */
export function sweepWorldOn(services: ServiceWorld, instance: string): SweepWorld {
  const { bucket, clock, mqtt, oss, sls } = services;
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
    const functionName = 'sweep';
    const { callMs = 0, skewMs = 0, timeoutMs = 840_000 } = options;
    const watch: CallWatch = (moment, call) => {
      if (moment === 'before' && SERVICE_CALL.test(call)) clock.advance(callMs);
      return options.watch?.(moment, call);
    };
    const budget = options.newWorker?.();
    const ports = services.portsOf({ functionName, runLog: { write: () => undefined }, timeoutMs, watch, budget });
    runs += 1;
    return {
      ...ports,
      mqtt: { ...ports.mqtt, ...options.answers?.(ports.mqtt) },
      clock: { ...ports.clock, now: () => epochMs(ports.clock.now() + skewMs) },
      deadline: epochMs(ports.deadline + skewMs),
      invoker: {
        invokeAsync: (_, payload) =>
          watched(watch, 'invoke', () => {
            calls.push(payload);
            return Promise.resolve();
          }),
      },
      watchCache: {},
      settings: {
        instances: [instanceId(instance)],
        interval: minutes(10),
        reactivate: 'act',
        reactivateAfter: durationMs(0),
        firstSight: 'act',
        read: 'list',
        callsAtOnce: 8,
        functionName,
        ...options.settings,
      },
      run: { functionName, functionRequestId: `r-${String(runs)}`, configDigest: 'c0ffee', version: '0' },
      runId: `run-${String(runs)}`,
    };
  };

  return {
    clock,
    oss,
    mqtt,
    sls,
    bucket,
    ca: (name, serial) => {
      services.register(soundPair(services.code(instance), { serial }), { instance, caName: name });
      return serial.replace(/^0+/, '');
    },
    devices: (ca, serials, validUntil = clock.now() + 1000 * DAY) => {
      const validFrom = clock.now() - DAY;
      mqtt.engine.registerDevices(
        instance,
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
    statusOf: (ca, device) => mqtt.engine.device(instance, ca, device)?.status,
    told: (kinds) => {
      const counts: Record<string, number> = {};
      const once = new Map(services.outcomes().map((fields) => [fields['event_id'], fields]));
      for (const fields of once.values()) {
        const { kind = '', ca_sn: ca, device_sn: device, object_key: key, reason } = fields;
        if (kinds !== undefined && !kinds.includes(kind)) continue;
        const name = [kind, device ?? ca ?? key, reason].filter((part) => part !== undefined).join(' ');
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
    text: async (key) => {
      const { bytes } = await bucket.get({ key, headers: {}, maxBytes: 1_000_000, timeoutMs: 5000 });
      return bytes.toString('utf8');
    },
    spoilBucket: services.spoilBucket,
    keys: services.keys,
    outcomes: (kind) => {
      const once = new Map(services.outcomes().map((fields) => [fields['event_id'], fields]));
      return [...once.values()].filter((fields) => kind === undefined || fields['kind'] === kind);
    },
  };
}
