import { jsonLines } from '../shared/adapters/json-lines.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import type { CommonConfig, PartialConfig } from '../shared/config.ts';
import { type Outcome, type RunFacts, recordOf } from '../shared/core/outcome.ts';
import { ServiceFailure } from '../shared/core/service-failure.ts';
import { type EpochMs, startOfDay } from '../shared/core/time.ts';
import type { FunctionContext } from '../shared/events/function-context.ts';
import { createReporter, type Reporter } from '../shared/pipelines/report.ts';
import type { OutcomeLog } from '../shared/ports/outcome-log.ts';
import { storeOf } from './clients.ts';

/** The configuration is unusable; its problems name variables, never values. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * A reporter that writes to the bucket alone, for when the rest of the configuration is wrong: the log store may be what
 * is misconfigured. `undefined` when not even the bucket is known.
 */
export function bucketReporter(
  partial: PartialConfig,
  context: FunctionContext,
  deadline: EpochMs,
): Reporter | undefined {
  const { bucket, ossEndpoint, region } = partial;
  if (bucket === undefined || region === undefined || ossEndpoint === undefined) return undefined;
  const store = storeOf(ossEndpoint, { bucket, region }, context, deadline);
  const log: OutcomeLog = {
    append: () =>
      Promise.reject(new ServiceFailure({ service: 'sls', code: 'NotConfigured', status: 0, requestId: '' })),
  };
  return createReporter({ store, log, runLog: jsonLines() });
}

/** Said once per process, not once per upload. */
let isSuspicionTold = false;

/** Alerts to variables that do not exist; the function only observes until they are mended. */
export async function tellUnknownVariables(config: CommonConfig, reporter: Reporter, run: RunFacts): Promise<void> {
  if (config.unknownVariables.length === 0 || isSuspicionTold) return;
  const outcome: Outcome = { kind: 'configuration-suspicious', problems: config.unknownVariables };
  // Dated to the day, so that many workers write one alert and not many.
  await reporter.report([recordOf(outcome, startOfDay(systemClock.now()), run)]);
  isSuspicionTold = true;
}
