import { randomUUID } from 'node:crypto';
import { version } from '../../package.json';
import { fc2Invoker, fcEndpointOf } from '../../shared/adapters/fc2-invoker.ts';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { readConfig, type SweepConfig } from '../../shared/config.ts';
import type { SweepEvent } from '../../shared/core/function-event.ts';
import { type Outcome, type RunFacts, recordOf } from '../../shared/core/outcome.ts';
import { durationMs, type EpochMs, plus, seconds, startOfDay } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import type { WatchCache } from '../../shared/pipelines/sweep/compile-watch.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import type { Invoker } from '../../shared/ports/invoker.ts';
import { certificatesOf } from '../certificates.ts';
import { outcomeLogOf, storeOf, urlOf } from '../clients.ts';
import { bucketReporter, ConfigurationError, tellUnknownVariables } from '../configuration-trouble.ts';

/** What is left for the checkpoint, the call to itself and answering: a lap is over this long before the timeout. */
const TIMEOUT_MARGIN = seconds(60);
/** At 70 calls a second and 150 ms each a dozen are under way; more would only wait in line. */
const CALLS_AT_ONCE = 24;

/** While nothing under `watch/` changes, a warm worker reads no list again. */
const watchCache: WatchCache = {};

/**
 * Wires one lap: reads the configuration and builds every client anew from the call's own credentials.
 *
 * @throws ConfigurationError after leaving an alert in the bucket, when the bucket at least is known.
 */
export async function composeSweep(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): Promise<(event: SweepEvent) => Promise<void>> {
  const deadline = plus(systemClock.now(), durationMs(Math.max(1000, context.timeout - TIMEOUT_MARGIN)));
  const reading = readConfig(environment, 'sweep');
  const run: RunFacts = {
    functionName: 'sweep',
    functionRequestId: context.requestId,
    configDigest: reading.ok ? reading.config.digest : '',
    version,
  };
  if (!reading.ok) {
    const outcome: Outcome = { kind: 'configuration-invalid', problems: reading.problems };
    const reporter = bucketReporter(reading.partial, context, deadline);
    await reporter?.report([recordOf(outcome, startOfDay(systemClock.now()), run)]);
    throw new ConfigurationError(reading.problems.join('; '));
  }
  const { config } = reading;
  const store = storeOf(config.endpoints.oss, config, context, deadline);
  const reporter = createReporter({ store, log: outcomeLogOf(config, context, deadline), runLog: jsonLines() });
  await tellUnknownVariables(config, reporter, run);
  const isTypo = config.unknownVariables.length > 0;
  return (event) =>
    runSweep(
      {
        store,
        mqtt: certificatesOf(config, context, CALLS_AT_ONCE),
        reporter,
        invoker: invokerOf(config, context, deadline),
        clock: systemClock,
        runLog: jsonLines(),
        watchCache,
        settings: {
          ...config,
          reactivate: isTypo ? 'observe' : config.reactivate,
          callsAtOnce: CALLS_AT_ONCE,
          functionName: context.functionName,
        },
        run,
        runId: randomUUID(),
        deadline,
      },
      event,
    );
}

function invokerOf(config: SweepConfig, context: FunctionContext, deadline: EpochMs): Invoker {
  const accountId = context.accountId ?? '';
  const { fc } = config.endpoints;
  const endpoint = fc === undefined ? fcEndpointOf({ accountId, region: config.region }) : urlOf(fc);
  return fc2Invoker({
    accountId,
    region: config.region,
    endpoint,
    credentials: context.credentials,
    clock: systemClock,
    deadline,
  });
}
