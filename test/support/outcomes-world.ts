import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock } from '../../local/clock.ts';
import { type LocalSls, startSls } from '../../local/sls/server.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { type LogQuery, type LogRows, slsQuery } from '../../shared/adapters/sls-query.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import type { OutcomeLog } from '../../shared/ports/outcome-log.ts';
import { type FaultProxy, faultProxy } from './fault-proxy.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export const LOGSTORE = 'outcomes';
export const SLS_KEY = {
  accessKeyId: 'STS.outcomesworld',
  accessKeySecret: 'canarySecretOfTheOutcomesWorld',
  securityToken: 'canaryTokenOfTheOutcomesWorld',
};

/** The real adapter on a stand-in of its own, with a spoiling hop between them. */
export interface OutcomesWorld {
  readonly sls: LocalSls;
  readonly proxy: FaultProxy;
  readonly clock: VirtualClock;
  readonly log: OutcomeLog;
  readonly adapter: (wishes: {
    secret?: string;
    logstore?: string;
    attemptMs?: number;
    deadlineMs?: number;
  }) => OutcomeLog;
  readonly query: (query: Partial<LogQuery>) => Promise<LogRows>;
}

export async function outcomesWorld(): Promise<OutcomesWorld> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'outcomes-'));
  const place = { region: 'cn-hangzhou', project: 'certs-project' };
  const sls = await startSls({
    ...place,
    dataFolder,
    logstores: [LOGSTORE],
    credentials: [SLS_KEY],
    clock: createLocalClock(),
  });
  onTestFinished(async () => {
    await sls.close();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const proxy = await faultProxy(sls.endpoint);
  const clock = virtualClock();
  const sendWith = (secret: string) =>
    slsSend({ ...place, endpoint: proxy.endpoint }, { ...SLS_KEY, accessKeySecret: secret }, clock.now);
  const adapter: OutcomesWorld['adapter'] = ({ secret, logstore = LOGSTORE, attemptMs = 5000, deadlineMs = 60_000 }) =>
    slsLog({
      send: sendWith(secret ?? SLS_KEY.accessKeySecret),
      logstore,
      clock,
      deadline: clock.in(deadlineMs),
      source: 'register-ca',
      attemptMs,
    });
  const read = slsQuery({
    send: sendWith(SLS_KEY.accessKeySecret),
    logstore: LOGSTORE,
    clock,
    deadline: clock.in(60_000),
  });
  const query: OutcomesWorld['query'] = (wishes) =>
    read({ from: clock.in(-3_600_000), to: clock.in(600_000), query: '*', maxRows: 100, ...wishes });
  return { sls, proxy, clock, log: adapter({}), adapter, query };
}
