import { request as httpRequest } from 'node:http';
import { onTestFinished } from 'vitest';
import type { LocalClock } from '../../local/clock.ts';
import { readBody, startFace } from '../../local/face.ts';
import type { LocalSls } from '../../local/sls/server.ts';
import { type Outcome, recordOf } from '../../shared/core/outcome.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { type EpochMs, epochMs, minutes } from '../../shared/core/time.ts';
import type { HousekeepingDeps } from '../../shared/pipelines/notify/housekeeping/deps.ts';
import { housekeep } from '../../shared/pipelines/notify/housekeeping/housekeep.ts';
import type { RunLine } from '../../shared/ports/run-log.ts';
import { type CallWatch, serviceWorld } from './service-world.ts';

const KEY = {
  accessKeyId: 'STS.housekeepingworld',
  accessKeySecret: 'canarySecretOfTheHousekeeping',
  securityToken: 'canaryTokenOfTheHousekeeping',
};

/** How one run differs from an ordinary one. */
export interface ChoreOptions {
  readonly watch?: CallWatch;
  readonly settings?: Partial<HousekeepingDeps['settings']>;
  readonly hasSecondChannel?: boolean;
  readonly openConditions?: number;
  readonly isStillOurs?: () => Promise<boolean>;
  /** How long the run has; 50 s unless told otherwise. */
  readonly timeoutMs?: number;
}

/** The housekeeping with its real adapters and SDKs on a cloud of its own; time passes only when told to. */
export interface HousekeepingWorld {
  readonly clock: LocalClock;
  readonly sls: LocalSls;
  /** One run; gives what it printed. */
  readonly run: (options?: ChoreOptions) => Promise<readonly RunLine[]>;
  /** One run after so many minutes. */
  readonly later: (minutes: number, options?: ChoreOptions) => Promise<readonly RunLine[]>;
  /** Every other function of the deployment. */
  readonly report: (outcomes: readonly Outcome[]) => Promise<readonly OutcomeRecord[]>;
  readonly put: (key: string, text: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly text: (key: string) => Promise<string>;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
  /** What is told: kind and moment of every alert, as their names say; ends are named so. */
  readonly alerts: () => Promise<readonly string[]>;
  /** As notify does once it was told. */
  readonly clearAlerts: () => Promise<void>;
  /** Every row of the log store, as often as it is there. */
  readonly rows: (kind?: string) => readonly Readonly<Record<string, string>>[];
  /** The log store answers `code` to every group of logs that holds this text. */
  readonly refuseLogsWith: (text: string, code: string) => void;
}

/** Starts a world; it ends with the test. */
export async function housekeepingWorld(): Promise<HousekeepingWorld> {
  const services = await serviceWorld({
    bucket: 'housekeeping-bucket',
    project: 'housekeeping-project',
    instances: ['post-cn-house00001'],
    key: KEY,
  });
  const { bucket, clock, sls } = services;
  const hop = await refusingHop(sls.endpoint);
  let runs = 0;
  const facts = (functionName: string) => {
    runs += 1;
    return { functionName, functionRequestId: `r-${String(runs)}`, configDigest: 'c0ffee', version: '0' };
  };

  const run: HousekeepingWorld['run'] = async (options = {}) => {
    const lines: RunLine[] = [];
    const { hasSecondChannel = false, openConditions = 0, timeoutMs = 50_000 } = options;
    const ports = services.portsOf({
      functionName: 'notify',
      runLog: { write: (line) => void lines.push(line) },
      timeoutMs,
      watch: options.watch,
      logEndpoint: hop.endpoint,
    });
    await housekeep(
      {
        ...ports,
        run: facts('notify'),
        hasSecondChannel,
        settings: { canary: 'off', timeZone: 'Asia/Shanghai', sweepInterval: minutes(10), ...options.settings },
      },
      { openConditions, isStillOurs: options.isStillOurs ?? (() => Promise.resolve(true)) },
    );
    return lines;
  };

  const text = async (key: string): Promise<string> => {
    const { bytes } = await bucket.get({ key, headers: {}, maxBytes: 32_000_000, timeoutMs: 5000 });
    return bytes.toString('utf8');
  };
  const remove = (key: string): Promise<void> => bucket.delete({ key, timeoutMs: 5000 });
  const put = (key: string, body: string): Promise<void> =>
    bucket.put({ key, bytes: Buffer.from(body), contentType: 'application/json', headers: {}, timeoutMs: 5000 });

  return {
    clock,
    sls,
    run,
    later: (count, options) => {
      clock.advance(count * 60_000);
      return run(options);
    },
    report: async (outcomes) => {
      const { reporter } = services.portsOf({
        functionName: 'register-ca',
        runLog: { write: () => undefined },
        timeoutMs: 60_000,
        logEndpoint: hop.endpoint,
      });
      const now = epochMs(clock.now());
      const records = outcomes.map((outcome) => recordOf(outcome, now, facts('register-ca')));
      await reporter.report(records);
      return records;
    },
    put,
    remove,
    text,
    keys: services.keys,
    alerts: async () => {
      const keys = await services.keys('outbox/alerts/');
      return keys.map((key) => {
        const [, kind = '', at = '', end = ''] =
          /([a-z-]+)\.[0-9a-f]{16}\/(\d{13})-[0-9a-f]{32}(-end)?/.exec(key) ?? [];
        return `${kind}${end} ${isoMinute(epochMs(Number(at)))}`;
      });
    },
    clearAlerts: async () => {
      for (const key of await services.keys('outbox/alerts/')) await remove(key);
    },
    rows: (kind) => services.outcomes().filter((fields) => kind === undefined || fields['kind'] === kind),
    refuseLogsWith: hop.refuse,
  };
}

/** Moves to the next time a clock in Shanghai (UTC+8) shows this. */
export function advanceTo(
  { clock }: Pick<HousekeepingWorld, 'clock'>,
  hour: number,
  minute = 0,
  weekday?: number,
): void {
  const local = new Date(clock.now() + 8 * 3_600_000);
  const wanted = (hour * 60 + minute) * 60_000;
  let ahead = wanted - (local.getTime() % 86_400_000);
  if (ahead <= 0) ahead += 86_400_000;
  while (weekday !== undefined && new Date(local.getTime() + ahead).getUTCDay() !== weekday) ahead += 86_400_000;
  clock.advance(ahead);
}

function isoMinute(moment: EpochMs): string {
  return new Date(moment).toISOString().slice(0, 16);
}

/** A hop before the log service that answers in its words to logs that hold a text, and passes all others on. */
export async function refusingHop(
  target: string,
): Promise<{ readonly endpoint: string; readonly refuse: (text: string, code: string) => void }> {
  const rules: { readonly text: string; readonly code: string }[] = [];
  const face = await startFace(async (request, response) => {
    const body = (await readBody(request, 32 * 1024 * 1024)) ?? Buffer.alloc(0);
    const rule = rules.find(({ text }) => body.includes(text));
    if (rule !== undefined) {
      response.writeHead(400, { 'content-type': 'application/json', 'x-log-requestid': 'A1B2' });
      response.end(JSON.stringify({ errorCode: rule.code, errorMessage: 'no' }));
      return;
    }
    const { hostname, port } = new URL(target);
    const onward = {
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent: false,
    };
    const outgoing = httpRequest(onward, (incoming) => {
      response.writeHead(incoming.statusCode ?? 500, incoming.headers);
      incoming.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    outgoing.end(body);
  });
  onTestFinished(() => face.close());
  return { endpoint: face.endpoint, refuse: (text, code) => void rules.push({ text, code }) };
}
