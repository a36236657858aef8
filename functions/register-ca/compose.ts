import { randomUUID } from 'node:crypto';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import type { FunctionEvent } from '../../shared/core/function-event.ts';
import { seconds } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { runRegisterCa } from '../../shared/pipelines/register-ca/run.ts';
import { certificatesOf } from '../certificates.ts';
import { beginInvocation } from '../invocation.ts';

/** What is left for answering, freezing and being late. */
const TIMEOUT_MARGIN = seconds(10);

/** Wires one invocation; throws what {@link beginInvocation} throws. */
export async function composeRegisterCa(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): Promise<(event: FunctionEvent) => Promise<void>> {
  const invocation = await beginInvocation('register-ca', context, environment, TIMEOUT_MARGIN);
  const { config } = invocation;
  return (event) =>
    runRegisterCa(
      {
        ...invocation,
        mqtt: certificatesOf(config, context),
        clock: systemClock,
        runLog: jsonLines(),
        settings: { ...config, observeOnly: config.unknownVariables.length > 0 },
        runId: randomUUID(),
      },
      event,
    );
}
