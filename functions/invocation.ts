import { version } from '../package.json';
import { jsonLines } from '../shared/adapters/json-lines.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import { type ConfigOf, readConfig } from '../shared/config.ts';
import type { FunctionName } from '../shared/config-table.ts';
import { type Outcome, type RunFacts, recordOf } from '../shared/core/outcome.ts';
import { type DurationMs, durationMs, type EpochMs, plus, startOfFiveMinutes } from '../shared/core/time.ts';
import type { FunctionContext } from '../shared/events/function-context.ts';
import { createReporter, type Reporter } from '../shared/pipelines/report.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { claimOwnBucket } from './bucket-owner.ts';
import { outcomeLogOf, storeOf } from './clients.ts';
import { bucketReporter, ConfigurationError, tellDoubts } from './configuration-trouble.ts';

/** What every invocation of a working function has: its configuration, and where outcomes go. */
export interface Invocation<Config> {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly reporter: Reporter;
  readonly run: RunFacts;
  /** All work is over by then. */
  readonly deadline: EpochMs;
}

/** By what an outcome is recorded. `digest` is empty when the configuration can not be read. */
export function runFactsOf(functionName: FunctionName, context: FunctionContext, digest: string): RunFacts {
  return { functionName, functionRequestId: context.requestId, configDigest: digest, version };
}

/**
 * Begins an invocation: reads the configuration and builds bucket and log store anew from the call's own credentials.
 *
 * @param margin - What is left of the platform's timeout for answering, freezing and being late.
 * @throws ConfigurationError after leaving an alert in the bucket, when the bucket at least is known.
 * @throws ForeignDeploymentError after telling, when the bucket belongs to another deployment.
 */
export async function beginInvocation<Name extends 'register-ca' | 'sweep' | 'notify'>(
  functionName: Name,
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
  margin: DurationMs,
): Promise<Invocation<ConfigOf[Name]>> {
  const deadline = plus(systemClock.now(), durationMs(Math.max(1000, context.timeout - margin)));
  const reading = readConfig(environment, functionName);
  const run = runFactsOf(functionName, context, reading.ok ? reading.config.digest : '');
  if (!reading.ok) {
    const outcome: Outcome = { kind: 'configuration-invalid', problems: reading.problems };
    const reporter = bucketReporter(reading.partial, context, deadline);
    await reporter?.report([recordOf(outcome, startOfFiveMinutes(systemClock.now()), run)]);
    throw new ConfigurationError(reading.problems.join('; '));
  }
  const { config } = reading;
  const store = storeOf(config.endpoints.oss, config, context, deadline);
  const reporter = createReporter({ store, log: outcomeLogOf(config, context, deadline), runLog: jsonLines() });
  await claimOwnBucket(functionName, context, config, { store, reporter, run, now: systemClock.now() });
  await tellDoubts(config, reporter, run);
  return { config, store, reporter, run, deadline };
}
