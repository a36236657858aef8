import { createCallBudget } from '../../shared/adapters/call-budget.ts';
import { type CallApi, openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import { type SlsIndex, slsIndex } from '../../shared/adapters/sls-index.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { type LogQuery, type LogRows, slsQuery } from '../../shared/adapters/sls-query.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { OutcomeLog } from '../../shared/ports/outcome-log.ts';
import type { Target } from './target.ts';

/** One call of a command may take as long as one of a function. */
const CALL_TIMEOUT_MS = 5_000;
/** A person waits: after this, a command gives up. */
const COMMAND_LIMIT_MS = 30_000;
/** A command makes a handful of calls; the deployment's own budget leaves far more than these below the service's limit. */
const ACCOUNT_CALLS_PER_SECOND = 2;
const LOCAL_CALLS_PER_SECOND = 100;

/** How a command that makes many calls differs from one that makes a few. */
export interface CallOptions {
  /** Calls a second. */
  readonly perSecond?: number;
  /** Sees every call and what came of it. */
  readonly wrap?: (callApi: CallApi) => CallApi;
}

/** The certificate operations of the target. */
export function mqttClient(target: Target, options: CallOptions = {}): MqttCertificates {
  const { protocol, host } = new URL(target.endpoints.mqtt);
  const { perSecond = target.kind === 'local' ? LOCAL_CALLS_PER_SECOND : ACCOUNT_CALLS_PER_SECOND } = options;
  const callApi = openapiCallApi({
    endpoint: host,
    protocol: protocol === 'http:' ? 'http' : 'https',
    credentials: target.credentials,
    timeoutMs: CALL_TIMEOUT_MS,
  });
  return openapiCertificates({
    callApi: options.wrap?.(callApi) ?? callApi,
    budget: createCallBudget({ perSecond }),
    parameters: 'query',
    timeoutMs: CALL_TIMEOUT_MS,
  });
}

/** The bucket of the target; every method gives up `limitMs` from now, half a minute unless told otherwise. */
export function bucketClient(target: Target, limitMs: number = COMMAND_LIMIT_MS): ObjectStore {
  const place = { endpoint: target.endpoints.oss, region: target.region, bucket: target.bucket };
  const client = ossClient(place, target.credentials);
  return ossObjects({ client, clock: systemClock, deadline: epochMs(Date.now() + limitMs) });
}

/** Reads the log store of the target; every query gives up `limitMs` from its own beginning. */
export function logReader(target: Target, limitMs: number = COMMAND_LIMIT_MS): (query: LogQuery) => Promise<LogRows> {
  return (query) => slsQuery(logStoreOf(target, limitMs))(query);
}

/** Writes to the log store of the target, as the functions do. */
export function outcomeLog(target: Target): OutcomeLog {
  return slsLog({ ...logStoreOf(target, COMMAND_LIMIT_MS), source: 'mqtt-certs' });
}

/** The index of the log store of the target. */
export function logIndexClient(target: Target): SlsIndex {
  return slsIndex(logStoreOf(target, COMMAND_LIMIT_MS));
}

function logStoreOf(target: Target, limitMs: number): Parameters<typeof slsIndex>[0] {
  const place = { endpoint: target.endpoints.log, region: target.region, project: target.logProject };
  const send = slsSend(place, target.credentials, systemClock.now);
  return { send, logstore: target.logStore, clock: systemClock, deadline: epochMs(Date.now() + limitMs) };
}
