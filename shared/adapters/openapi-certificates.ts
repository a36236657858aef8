import { createLimit } from '../core/limit.ts';
import { isThrottled } from '../core/openapi-code.ts';
import { type FailureFacts, failureFacts } from '../core/service-failure.ts';
import type { CallAnswer, DeviceAddress, MqttCertificates } from '../ports/mqtt-certificates.ts';
import { readCa, readCaPage } from './ca-answer.ts';
import type { CallBudget } from './call-budget.ts';
import { readDevice, readDevicePage } from './device-answer.ts';
import type { ApiCall, ApiReply, CallApi } from './openapi-call.ts';
import { isWireObject, type WireObject } from './wire-object.ts';

/** What the certificate operations work with. */
export interface OpenapiCertificatesOptions {
  readonly callApi: CallApi;
  /** This worker's share of the deployment's calls. */
  readonly budget: CallBudget;
  /**
   * Where a registration's parameters travel: in the query, as the vendor's generated SDKs send them, or in a form body,
   * which keeps both certificates out of the URL. Everything else is small and stays in the query.
   */
  readonly parameters: 'query' | 'body';
  /** Longest one call may take, in milliseconds, whatever the SDK's own timers do. */
  readonly timeoutMs: number;
  /** Calls under way at once; 16 unless told otherwise. */
  readonly maxInFlight?: number;
}

/** The certificate operations over the OpenAPI; every method is one paced request, and none throws for the service. */
export function openapiCertificates(options: OpenapiCertificatesOptions): MqttCertificates {
  const { budget, callApi, timeoutMs } = options;
  const limit = createLimit(options.maxInFlight ?? 16);

  const call = <Value>(
    request: ApiCall,
    readValue: (body: WireObject) => Value | undefined,
  ): Promise<CallAnswer<Value>> =>
    limit(async () => {
      await budget.acquire();
      const arrived = once(budget.answered);
      const send = (signal: AbortSignal): Promise<ApiReply> => callApi(request, signal, arrived);
      const reply = await withinTime(send, timeoutMs).finally(arrived);
      const answer = answerOf(reply, readValue);
      if (answer.kind === 'refused' && isThrottled(answer.code)) budget.throttled();
      return answer;
    });

  return {
    getRegistrationCode: (instance) =>
      call({ action: 'GetRegisterCode', method: 'GET', query: { MqttInstanceId: instance } }, (body) =>
        textOf(body['RegisterCode']),
      ),
    getCa: (instance, serialSpelling) =>
      call(
        { action: 'GetCaCertificate', method: 'GET', query: { MqttInstanceId: instance, Sn: serialSpelling } },
        (body) => readCa(body['Data']),
      ),
    registerCa: ({ instance, caName, caPem, verificationPem }) =>
      call(
        {
          action: 'RegisterCaCertificate',
          method: 'POST',
          [options.parameters]: {
            MqttInstanceId: instance,
            CaName: caName,
            CaContent: caPem,
            VerificationContent: verificationPem,
          },
        },
        (body) => textOf(body['Sn']),
      ),
    listCas: (instance, page) =>
      call(
        { action: 'ListCaCertificate', method: 'GET', query: { MqttInstanceId: instance, ...pageQuery(page) } },
        (body) => readCaPage(body['Data']),
      ),
    getDevice: (device) =>
      call({ action: 'GetDeviceCertificate', method: 'GET', query: deviceQuery(device) }, (body) =>
        readDevice(body['Data']),
      ),
    listDevicesOfCa: ({ instance, caSpelling, page }) =>
      call(
        {
          action: 'ListDeviceCertificateByCaSn',
          method: 'GET',
          query: { MqttInstanceId: instance, CaSn: caSpelling, ...pageQuery(page) },
          unread: 'DeviceContent',
        },
        (body) => readDevicePage(body['Data']),
      ),
    activateDevice: (device) =>
      call({ action: 'ActiveDeviceCertificate', method: 'POST', query: deviceQuery(device) }, (body) =>
        textOf(body['DeviceSn']),
      ),
    inactivateDevice: (device) =>
      call({ action: 'InactivateDeviceCertificate', method: 'POST', query: deviceQuery(device) }, (body) =>
        textOf(body['DeviceSn']),
      ),
  };
}

/** The largest page there is (ListDeviceCertificateByCaSn page): a hundred certificates for the price of one call. */
const PAGE_SIZE = '100';

function pageQuery(page: number): { readonly PageNo: string; readonly PageSize: string } {
  return { PageNo: String(page), PageSize: PAGE_SIZE };
}

function deviceQuery({ instance, caSpelling, deviceSpelling }: DeviceAddress): Readonly<Record<string, string>> {
  return { MqttInstanceId: instance, CaSn: caSpelling, DeviceSn: deviceSpelling };
}

/**
 * The SDK's read timer stops working on reused connections, so the deadline is ours. The slot of a call that is given up
 * is free again at once; its request may still arrive at the service, which is why the answer is "may have happened".
 */
async function withinTime(send: (signal: AbortSignal) => Promise<ApiReply>, timeoutMs: number): Promise<ApiReply> {
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<ApiReply>((resolve) => {
    timer = setTimeout(() => {
      giveUp.abort();
      resolve({ kind: 'no-answer', code: 'Timeout' });
    }, timeoutMs);
  });
  try {
    return await Promise.race([send(giveUp.signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

function answerOf<Value>(reply: ApiReply, readValue: (body: WireObject) => Value | undefined): CallAnswer<Value> {
  if (reply.kind !== 'success') return reply;
  const unreadable: CallAnswer<Value> = { kind: 'no-answer', code: 'UnreadableAnswer' };
  if (!isWireObject(reply.body)) return unreadable;
  const { Code: code, RequestId } = reply.body;
  const facts = failureFacts('mqtt', { code, status: 200, requestId: RequestId });
  // No success of this API has a Code; a gateway that puts an error into a 200 does.
  if (code !== undefined) return facts.code === 'UnreadableAnswer' ? unreadable : refusedBy(facts);
  const value = readValue(reply.body);
  return value === undefined ? unreadable : { kind: 'answered', value, requestId: facts.requestId };
}

function refusedBy({ code, status, requestId }: FailureFacts): CallAnswer<never> {
  return { kind: 'refused', code, status, requestId };
}

/** Serials are at most 128 bytes; registration codes are about 50 and documented nowhere. */
const MAX_VALUE = 256;

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_VALUE ? value : undefined;
}
