import { createCallBudget } from '../../shared/adapters/call-budget.ts';
import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { ROLE_KEY } from './bench-account.ts';
import { benchSerial, type SweepCloud } from './sweep-cloud.ts';

const TIMEOUT_MS = 5000;

/**
 * The loop one would write first: GetDeviceCertificate for each serial, one after the other with
 * `@alicloud/openapi-client`, at the pace that is allowed. Nothing is compared, written or switched on.
 *
 * @returns The milliseconds it took.
 */
export async function runUserLoop(
  cloud: SweepCloud,
  options: { readonly devices: number; readonly callsPerSecond: number; readonly stopped: AbortSignal },
): Promise<number> {
  const { devices, callsPerSecond, stopped } = options;
  const endpoint = new URL(cloud.mqtt.endpoint).host;
  const callApi = openapiCallApi({ endpoint, protocol: 'http', credentials: ROLE_KEY, timeoutMs: TIMEOUT_MS });
  const budget = createCallBudget({ perSecond: callsPerSecond });
  const began = performance.now();
  for (let device = 0; device < devices; device += 1) {
    const query = { MqttInstanceId: cloud.instance, CaSn: cloud.ca, DeviceSn: benchSerial(device) };
    await budget.acquire();
    const reply = await callApi({ action: 'GetDeviceCertificate', method: 'GET', query }, stopped);
    budget.answered();
    stopped.throwIfAborted();
    if (reply.kind !== 'success') throw new Error(`a device of the loop was answered ${reply.code}`);
  }
  return performance.now() - began;
}
