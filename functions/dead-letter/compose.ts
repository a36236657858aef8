import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { readConfig } from '../../shared/config.ts';
import type { LostCall } from '../../shared/core/lost-call.ts';
import { type Outcome, type RunFacts, recordOf } from '../../shared/core/outcome.ts';
import { durationMs, plus, seconds, startOfFiveMinutes } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { type DeadLetterDeps, runDeadLetter } from '../../shared/pipelines/dead-letter/run.ts';
import { createReporter, type Reporter } from '../../shared/pipelines/report.ts';
import { outcomeLogOf, storeOf } from '../clients.ts';
import { bucketReporter, ConfigurationError } from '../configuration-trouble.ts';
import { runFactsOf } from '../invocation.ts';

/** Two services are tried one after the other within what is left; neither may use up the other's time. */
const TIMEOUT_MARGIN = seconds(5);

/**
 * Wires one invocation. A configuration that can not be used does not lose the event: it is left in the bucket when at
 * least that is known, and printed otherwise.
 */
export function composeDeadLetter(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): (call: LostCall) => Promise<void> {
  const begun = systemClock.now();
  const left = durationMs(Math.max(1000, context.timeout - TIMEOUT_MARGIN));
  const halfTime = plus(begun, durationMs(left / 2));
  const reading = readConfig(environment, 'dead-letter');
  const run = runFactsOf('dead-letter', context, reading.ok ? reading.config.digest : '');
  const common = { print, clock: systemClock, run };
  if (!reading.ok) {
    const bucket = bucketReporter(reading.partial, context, halfTime);
    const reporter = withComplaint(bucket, reading.problems, run);
    return (call) => runDeadLetter({ ...common, reporter, log: undefined }, call);
  }
  const { config } = reading;
  const deps: DeadLetterDeps = {
    ...common,
    reporter: createReporter({
      store: storeOf(config.endpoints.oss, config, context, halfTime),
      log: outcomeLogOf(config, context, halfTime),
      runLog: jsonLines(),
    }),
    log: outcomeLogOf(config, context, plus(begun, left)),
  };
  return (call) => runDeadLetter(deps, call);
}

/** Reports what is wrong with the configuration beside everything else; rejects when there is no bucket to do so. */
function withComplaint(bucket: Reporter | undefined, problems: readonly string[], run: RunFacts): Reporter {
  const complaint: Outcome = { kind: 'configuration-invalid', problems };
  return {
    report: async (records) => {
      if (bucket === undefined) throw new ConfigurationError(problems.join('; '));
      await bucket.report([...records, recordOf(complaint, startOfFiveMinutes(systemClock.now()), run)]);
    },
    reportCovered: () => Promise.reject(new TypeError('a lost event is told by itself')),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
