import { jsonLines } from '../shared/adapters/json-lines.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import type { CommonConfig, PartialConfig } from '../shared/config.ts';
import { type Outcome, type RunFacts, recordOf } from '../shared/core/outcome.ts';
import { ServiceFailure } from '../shared/core/service-failure.ts';
import { type EpochMs, startOfDay, startOfFiveMinutes } from '../shared/core/time.ts';
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

/** The day it was said: once per process and day, not once per upload. */
let toldOn: EpochMs | undefined;

/**
 * Alerts to variables that do not exist, for which the function only observes until they are mended, and to settings
 * whose default is in force. As long as that lasts it is said every day; workers that say it at once write one alert.
 */
export async function tellDoubts(config: CommonConfig, reporter: Reporter, run: RunFacts): Promise<void> {
  const now = systemClock.now();
  const today = startOfDay(now);
  if (toldOn === today) return;
  const doubts = [
    { kind: 'configuration-suspicious', problems: config.unknownVariables },
    { kind: 'configuration-defaulted', problems: config.doubts },
  ] as const satisfies readonly Outcome[];
  const records = doubts
    .filter(({ problems }) => problems.length > 0)
    .map((outcome) => recordOf(outcome, startOfFiveMinutes(now), run));
  await reporter.report(records);
  toldOn = today;
}
