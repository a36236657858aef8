import { randomUUID } from 'node:crypto';
import { version } from '../../package.json';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { readConfig } from '../../shared/config.ts';
import type { FunctionEvent } from '../../shared/core/function-event.ts';
import { type Outcome, type RunFacts, recordOf } from '../../shared/core/outcome.ts';
import { durationMs, plus, seconds, startOfDay } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { runRegisterCa } from '../../shared/pipelines/register-ca/run.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import { certificatesOf } from '../certificates.ts';
import { outcomeLogOf, storeOf } from '../clients.ts';
import { bucketReporter, ConfigurationError, tellUnknownVariables } from '../configuration-trouble.ts';

/** What is left for answering, freezing and being late: all work is over this long before the platform's timeout. */
const TIMEOUT_MARGIN = seconds(10);
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
    const outcome: Outcome = { kind: 'configuration-invalid', problems: reading.problems };
    const reporter = bucketReporter(reading.partial, context, deadline);
    await reporter?.report([recordOf(outcome, startOfDay(systemClock.now()), run)]);
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
