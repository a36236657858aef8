import { randomUUID } from 'node:crypto';
import { version } from '../../package.json';
import { type CallBudget, createCallBudget } from '../../shared/adapters/call-budget.ts';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { lazyCertificates } from '../../shared/adapters/lazy-certificates.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { ossObjects } from '../../shared/adapters/oss-objects.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { type RegisterConfig as Config, type PartialConfig, readConfig } from '../../shared/config.ts';
import type { Endpoint } from '../../shared/config-reader.ts';
import type { FunctionEvent } from '../../shared/core/function-event.ts';
import { type Outcome, type RunFacts, recordOf } from '../../shared/core/outcome.ts';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { durationMs, type EpochMs, plus, seconds, startOfDay } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { runRegisterCa } from '../../shared/pipelines/register-ca/run.ts';
import { createReporter, type Reporter } from '../../shared/pipelines/report.ts';
import type { MqttCertificates } from '../../shared/ports/mqtt-certificates.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { OutcomeLog } from '../../shared/ports/outcome-log.ts';

/** The configuration is unusable; its problems name variables, never values. */
class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** What is left for answering, freezing and being late: all work is over this long before the platform's timeout. */
const TIMEOUT_MARGIN = seconds(10);
/** At most 5 s: the SDK keeps memory for every call until this time has passed. */
const CALL_TIMEOUT_MS = 5000;

/** One budget per process: a fresh one starts empty, so that a replaced worker never spends a second twice. */
let callBudget: CallBudget | undefined;
/** Said once per process, not once per upload. */
let isSuspicionTold = false;

/**
 * Wires one invocation: reads the configuration and builds every client anew from the call's own credentials.
 *
 * @throws ConfigurationError after leaving an alert in the bucket, when the bucket at least is known.
 */
export async function composeRegisterCa(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): Promise<(event: FunctionEvent) => Promise<void>> {
  const deadline = plus(systemClock.now(), durationMs(Math.max(1000, context.timeout - TIMEOUT_MARGIN)));
  const reading = readConfig(environment, 'register-ca');
  const run: RunFacts = {
    functionName: 'register-ca',
    functionRequestId: context.requestId,
    configDigest: reading.ok ? reading.config.digest : '',
    version,
  };
  if (!reading.ok) {
    await leaveInBucket(reading.partial, context, deadline, run, {
      kind: 'configuration-invalid',
      problems: reading.problems,
    });
    throw new ConfigurationError(reading.problems.join('; '));
  }
  const { config } = reading;
  const store = storeOf(config.endpoints.oss, config, context, deadline);
  const reporter = createReporter({ store, log: outcomeLogOf(config, context, deadline), runLog: jsonLines() });
  await tellUnknownVariables(config, reporter, run);
  const mqtt = certificatesOf(config, context);
  return (event) =>
    runRegisterCa(
      {
        store,
        mqtt,
        reporter,
        clock: systemClock,
        runLog: jsonLines(),
        settings: { ...config, observeOnly: config.unknownVariables.length > 0 },
        run,
        runId: randomUUID(),
        deadline,
      },
      event,
    );
}

function storeOf(
  endpoint: Endpoint,
  place: { readonly region: string; readonly bucket: string },
  context: FunctionContext,
  deadline: EpochMs,
): ObjectStore {
  const client = ossClient(
    { endpoint: urlOf(endpoint), region: place.region, bucket: place.bucket },
    context.credentials,
  );
  return ossObjects({ client, clock: systemClock, deadline });
}

function outcomeLogOf(config: Config, context: FunctionContext, deadline: EpochMs): OutcomeLog {
  const place = { endpoint: urlOf(config.endpoints.log), region: config.region, project: config.logProject };
  const send = slsSend(place, context.credentials, systemClock.now);
  return slsLog({ send, logstore: config.logStore, clock: systemClock, deadline, source: context.functionName });
}

/** The OpenAPI SDK is the slowest thing to load, and an upload that waits or is rejected never needs it. */
function certificatesOf(config: Config, context: FunctionContext): MqttCertificates {
  // Created before the SDK is loaded, so that the first permit comes due meanwhile.
  callBudget ??= createCallBudget({ perSecond: config.workerCallsPerSecond });
  const budget = callBudget;
  return lazyCertificates(() => loadCertificates(config, context, budget));
}

async function loadCertificates(
  config: Config,
  context: FunctionContext,
  budget: CallBudget,
): Promise<MqttCertificates> {
  const [{ openapiCallApi }, { openapiCertificates }] = await Promise.all([
    import('../../shared/adapters/openapi-call.ts'),
    import('../../shared/adapters/openapi-certificates.ts'),
  ]);
  const { host, protocol } = config.endpoints.mqtt;
  const callApi = openapiCallApi({
    endpoint: host,
    protocol,
    credentials: context.credentials,
    timeoutMs: CALL_TIMEOUT_MS,
  });
  return openapiCertificates({ callApi, budget, parameters: config.mqttParameters, timeoutMs: CALL_TIMEOUT_MS });
}

async function tellUnknownVariables(config: Config, reporter: Reporter, run: RunFacts): Promise<void> {
  if (config.unknownVariables.length === 0 || isSuspicionTold) return;
  const outcome: Outcome = { kind: 'configuration-suspicious', problems: config.unknownVariables };
  // Dated to the day, so that many workers write one alert and not many.
  await reporter.report([recordOf(outcome, startOfDay(systemClock.now()), run)]);
  isSuspicionTold = true;
}

/** The log store may be what is misconfigured, so the outcome goes straight to the outbox. */
async function leaveInBucket(
  partial: PartialConfig,
  context: FunctionContext,
  deadline: EpochMs,
  run: RunFacts,
  outcome: Outcome,
): Promise<void> {
  const { bucket, ossEndpoint, region } = partial;
  if (bucket === undefined || region === undefined || ossEndpoint === undefined) return;
  const store = storeOf(ossEndpoint, { bucket, region }, context, deadline);
  const log: OutcomeLog = {
    append: () =>
      Promise.reject(new ServiceFailure({ service: 'sls', code: 'NotConfigured', status: 0, requestId: '' })),
  };
  const reporter = createReporter({ store, log, runLog: jsonLines() });
  await reporter.report([recordOf(outcome, startOfDay(systemClock.now()), run)]);
}

function urlOf({ host, protocol }: Endpoint): string {
  return `${protocol}://${host}`;
}
