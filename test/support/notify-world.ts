import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LocalClock } from '../../local/clock.ts';
import { type LocalRobot, startRobot } from '../../local/dingtalk/robot.ts';
import type { LocalSls } from '../../local/sls/server.ts';
import { openChannel } from '../../shared/adapters/channels/open-channel.ts';
import type { OssClient } from '../../shared/adapters/oss-client.ts';
import { alertKey } from '../../shared/core/alert-key.ts';
import { causeIdOf, type Outcome, recordOf } from '../../shared/core/outcome.ts';
import type { EventId, OutcomeRecord } from '../../shared/core/outcome-record.ts';
import type { Severity } from '../../shared/core/outcome-table.ts';
import { epochMs, minutes, parseIso } from '../../shared/core/time.ts';
import type { NotifyDeps, PassFacts } from '../../shared/pipelines/notify/deps.ts';
import { housekeep } from '../../shared/pipelines/notify/housekeeping/housekeep.ts';
import { runNotify } from '../../shared/pipelines/notify/run.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { RunLine } from '../../shared/ports/run-log.ts';
import { type CallWatch, type OssSpoiler, type ServiceWorld, serviceWorld, watched } from './service-world.ts';

export const INSTANCE = 'post-cn-notify0001';
const KEY = {
  accessKeyId: 'STS.notifyworld',
  accessKeySecret: 'canarySecretOfTheNotifyWorld',
  securityToken: 'canaryTokenOfTheNotifyWorld',
};

/** How one run differs from an ordinary one. */
export interface TellOptions {
  readonly watch?: CallWatch;
  readonly settings?: Partial<NotifyDeps['settings']>;
  /** How long the run has; 50 s unless told otherwise. */
  readonly timeoutMs?: number;
  /** How far the function's own clock is off. */
  readonly skewMs?: number;
  /** Without one unless told otherwise. */
  readonly withSecond?: boolean;
  /** In place of the robots: what answers as no robot here can be made to. */
  readonly channels?: NotifyDeps['channels'];
  /** Whether the run keeps house as the deployed function does; it does nothing of the kind unless told to. */
  readonly keepsHouse?: boolean;
  /** URL of the log service, when something stands before it. */
  readonly logEndpoint?: string;
}

/** The teller with its real adapters and SDKs, a real robot and a second one, on a cloud of its own. */
export interface NotifyWorld {
  readonly clock: LocalClock;
  readonly sls: LocalSls;
  readonly bucket: OssClient;
  readonly robot: LocalRobot;
  readonly second: LocalRobot;
  /** What every run printed. */
  readonly lines: RunLine[];
  /** What the housekeeping of the last run was told. */
  readonly facts: () => PassFacts | undefined;
  /** One call of the function. */
  readonly tell: (options?: TellOptions) => Promise<void>;
  /** As many minutes pass, with a call of the function in each of them. */
  readonly minutes: (count: number, options?: TellOptions) => Promise<void>;
  /** Other functions of the deployment report something now. */
  readonly report: (...outcomes: readonly Outcome[]) => Promise<void>;
  /** Writes alerts as a reporter would have done some time ago. */
  readonly writeAlerts: (records: readonly OutcomeRecord[]) => Promise<void>;
  readonly recordOf: (outcome: Outcome, at?: number) => OutcomeRecord;
  readonly put: (key: string, text: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly text: (key: string) => Promise<string>;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** Titles of what the robot's group reads, oldest first. */
  readonly titles: () => readonly string[];
  /** Outcomes in the log store, each event once. */
  readonly outcomes: (kind?: string) => readonly Readonly<Record<string, string>>[];
  /** What the bucket does with the next requests; `undefined` makes it well again. */
  readonly spoilBucket: (fault: OssSpoiler | undefined) => void;
}

/** Starts a world; it ends with the test. */
export async function notifyWorld(): Promise<NotifyWorld> {
  const place = { bucket: 'notify-bucket', project: 'notify-project' };
  return notifyWorldOn(await serviceWorld({ ...place, instances: [INSTANCE], key: KEY }));
}

/** The same on services that it shares with other worlds. */
export async function notifyWorldOn(services: ServiceWorld): Promise<NotifyWorld> {
  const { bucket, clock, sls } = services;
  const folder = await mkdtemp(join(tmpdir(), 'robots-'));
  const [robot, second] = await Promise.all([
    startRobot({ folder: join(folder, 'first'), clock }),
    startRobot({ folder: join(folder, 'second'), clock }),
  ]);
  onTestFinished(async () => {
    await Promise.all([robot.close(), second.close()]);
    await rm(folder, { recursive: true });
  });
  const lines: RunLine[] = [];
  let lastFacts: PassFacts | undefined;
  let runs = 0;
  const runLog = { write: (line: RunLine) => void lines.push(line) };

  const channelOf = (to: LocalRobot, clockOfRun: Clock, watch: CallWatch): Channel => {
    const channel = openChannel({
      kind: 'dingtalk',
      url: to.webhook,
      secret: to.secret,
      keyword: '',
      clock: clockOfRun,
    });
    return { kind: channel.kind, send: (request) => watched(watch, 'send', () => channel.send(request)) };
  };

  const tell: NotifyWorld['tell'] = async (options = {}) => {
    const { logEndpoint, skewMs = 0, timeoutMs = 50_000, watch = () => undefined, withSecond = false } = options;
    const ports = services.portsOf({ functionName: 'notify', runLog, timeoutMs, watch, logEndpoint });
    const clockOfRun: Clock = { ...ports.clock, now: () => epochMs(ports.clock.now() + skewMs) };
    runs += 1;
    const common = {
      ...ports,
      clock: clockOfRun,
      deadline: epochMs(ports.deadline + skewMs),
      settings: {
        language: 'both' as const,
        keyword: '',
        quietHours: undefined,
        timeZone: 'Asia/Shanghai',
        sweepInterval: minutes(10),
        canary: 'off' as const,
        logProject: 'notify-project',
        logStore: 'outcomes',
        ...options.settings,
      },
      run: { functionName: 'notify', functionRequestId: `n-${String(runs)}`, configDigest: 'c0ffee', version: '0' },
    };
    await runNotify({
      ...common,
      channels: options.channels ?? {
        first: channelOf(robot, clockOfRun, watch),
        ...(withSecond ? { second: channelOf(second, clockOfRun, watch) } : {}),
      },
      runId: `run-${String(runs)}`,
      housekeep: async (facts) => {
        lastFacts = facts;
        if (options.keepsHouse === true) await housekeep({ ...common, hasSecondChannel: withSecond }, facts);
      },
    });
  };

  const facts = { functionName: 'register-ca', functionRequestId: 'r-1', configDigest: 'c0ffee', version: '0' };
  const record: NotifyWorld['recordOf'] = (outcome, at = clock.now()) => recordOf(outcome, epochMs(at), facts);
  const put: NotifyWorld['put'] = (key, text) =>
    bucket.put({ key, bytes: Buffer.from(text), contentType: 'text/plain', headers: {}, timeoutMs: 5000 });

  return {
    clock,
    sls,
    bucket,
    robot,
    second,
    lines,
    facts: () => lastFacts,
    tell,
    minutes: async (count, options) => {
      for (let minute = 0; minute < count; minute += 1) {
        clock.advance(60_000);
        await tell(options);
      }
    },
    report: async (...outcomes) => {
      const ports = services.portsOf({ functionName: 'register-ca', runLog, timeoutMs: 50_000 });
      await ports.reporter.report(outcomes.map((outcome) => record(outcome)));
    },
    writeAlerts: async (records) => {
      const left = [...records];
      const write = async (): Promise<void> => {
        for (let next = left.pop(); next !== undefined; next = left.pop()) await put(keyOf(next), JSON.stringify(next));
      };
      await Promise.all(Array.from({ length: 16 }, write));
    },
    recordOf: record,
    put,
    remove: (key) => bucket.delete({ key, timeoutMs: 5000 }),
    text: async (key) => {
      const { bytes } = await bucket.get({ key, headers: {}, maxBytes: 1_000_000, timeoutMs: 5000 });
      return bytes.toString('utf8');
    },
    keys: services.keys,
    titles: () => robot.messages().map(({ title }) => title),
    outcomes: (kind) => {
      const once = new Map(services.outcomes().map((fields) => [fields['event_id'], fields]));
      return [...once.values()].filter((fields) => kind === undefined || fields['kind'] === kind);
    },
    spoilBucket: services.spoilBucket,
  };
}

function keyOf(record: OutcomeRecord): string {
  return alertKey({
    severity: record.severity as Severity,
    causeId: causeIdOf(record),
    at: parseIso(record.at) ?? epochMs(0),
    eventId: record.event_id as EventId,
    isEnd: record.resolves !== undefined,
  });
}
