import { type CallBudget, createCallBudget } from '../shared/adapters/call-budget.ts';
import { lazyCertificates } from '../shared/adapters/lazy-certificates.ts';
import type { CallerConfig } from '../shared/config.ts';
import type { FunctionContext } from '../shared/events/function-context.ts';
import type { MqttCertificates } from '../shared/ports/mqtt-certificates.ts';

/** At most 5 s: the SDK keeps memory for every call until this time has passed. */
const CALL_TIMEOUT_MS = 5000;

/** One budget per process: a fresh one starts empty, so that a replaced worker never spends a second twice. */
let callBudget: CallBudget | undefined;

/**
 * The certificate operations of one invocation; the OpenAPI SDK is loaded by the first call, because many never need it.
 *
 * @param callsAtOnce - Most calls under way; the pace is kept apart from it.
 */
export function certificatesOf(config: CallerConfig, context: FunctionContext, callsAtOnce = 4): MqttCertificates {
  // Created before the SDK is loaded, so that the first permit comes due meanwhile.
  callBudget ??= createCallBudget({ perSecond: config.workerCallsPerSecond });
  const budget = callBudget;
  return lazyCertificates(() => loadCertificates(config, context, budget, callsAtOnce));
}

async function loadCertificates(
  config: CallerConfig,
  context: FunctionContext,
  budget: CallBudget,
  maxInFlight: number,
): Promise<MqttCertificates> {
  const [{ openapiCallApi }, { openapiCertificates }] = await Promise.all([
    import('../shared/adapters/openapi-call.ts'),
    import('../shared/adapters/openapi-certificates.ts'),
  ]);
  const { host, protocol } = config.endpoints.mqtt;
  const callApi = openapiCallApi({
    endpoint: host,
    protocol,
    credentials: context.credentials,
    timeoutMs: CALL_TIMEOUT_MS,
  });
  return openapiCertificates({
    callApi,
    budget,
    parameters: config.mqttParameters,
    timeoutMs: CALL_TIMEOUT_MS,
    maxInFlight,
  });
}
