import { ossClient } from '../shared/adapters/oss-client.ts';
import { ossObjects } from '../shared/adapters/oss-objects.ts';
import { slsLog } from '../shared/adapters/sls-log.ts';
import { slsSend } from '../shared/adapters/sls-send.ts';
import { systemClock } from '../shared/adapters/system-clock.ts';
import type { CommonConfig } from '../shared/config.ts';
import type { Endpoint } from '../shared/config-reader.ts';
import type { EpochMs } from '../shared/core/time.ts';
import type { FunctionContext } from '../shared/events/function-context.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { OutcomeLog } from '../shared/ports/outcome-log.ts';

/** The bucket, for one invocation and with its own credentials. */
export function storeOf(
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

/** The log store of outcomes, for one invocation and with its own credentials. */
export function outcomeLogOf(config: CommonConfig, context: FunctionContext, deadline: EpochMs): OutcomeLog {
  const place = { endpoint: urlOf(config.endpoints.log), region: config.region, project: config.logProject };
  const send = slsSend(place, context.credentials, systemClock.now);
  return slsLog({ send, logstore: config.logStore, clock: systemClock, deadline, source: context.functionName });
}

/** `https://<host>` */
export function urlOf({ host, protocol }: Endpoint): string {
  return `${protocol}://${host}`;
}
