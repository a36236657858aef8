import { randomUUID } from 'node:crypto';
import { fc2Invoker, fcEndpointOf } from '../../shared/adapters/fc2-invoker.ts';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import type { SweepConfig } from '../../shared/config.ts';
import type { SweepEvent } from '../../shared/core/function-event.ts';
import { type EpochMs, seconds } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import type { WatchCache } from '../../shared/pipelines/sweep/compile-watch.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import type { Invoker } from '../../shared/ports/invoker.ts';
import { certificatesOf } from '../certificates.ts';
import { urlOf } from '../clients.ts';
import { beginInvocation } from '../invocation.ts';

/** What is left for the checkpoint, the call to itself and answering: a lap is over this long before the timeout. */
const TIMEOUT_MARGIN = seconds(60);
/** Calls that fill a budget whose answers take this long; more under way would only wait in line, and take memory. */
const SLOW_ANSWER_SECONDS = 0.2;
const LEAST_AT_ONCE = 24;

/** While nothing under `watch/` changes, a warm worker reads no list again. */
const watchCache: WatchCache = {};

/** Wires one lap; throws what {@link beginInvocation} throws. */
export async function composeSweep(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): Promise<(event: SweepEvent) => Promise<void>> {
  const invocation = await beginInvocation('sweep', context, environment, TIMEOUT_MARGIN);
  const { config, deadline } = invocation;
  const isTypo = config.unknownVariables.length > 0;
  const callsAtOnce = Math.max(LEAST_AT_ONCE, Math.ceil(config.workerCallsPerSecond * SLOW_ANSWER_SECONDS));
  return (event) =>
    runSweep(
      {
        ...invocation,
        mqtt: certificatesOf(config, context, callsAtOnce),
        invoker: invokerOf(config, context, deadline),
        clock: systemClock,
        runLog: jsonLines(),
        watchCache,
        settings: {
          ...config,
          reactivate: isTypo ? 'observe' : config.reactivate,
          callsAtOnce,
          functionName: context.functionName,
        },
        runId: randomUUID(),
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
