import type { IncomingMessage } from 'node:http';
import * as sdk from '@alicloud/openapi-client';
import { failureFacts } from '../core/service-failure.ts';
import type { AccessKey } from './access-key.ts';
import { withoutTexts } from './without-texts.ts';

/** One call of the MQTT OpenAPI (product OnsMqtt, version 2020-04-20, RPC style). */
export interface ApiCall {
  readonly action: string;
  /** The generated SDKs read with GET and write with POST. */
  readonly method: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as a form. */
  readonly body?: Readonly<Record<string, string>>;
  /** A text field that nobody will look at, wherever it is in the answer: it comes as an empty text. */
  readonly unread?: string;
}

/** What came of a call. Values of a success are the parsed JSON, untouched. */
export type ApiReply =
  | { readonly kind: 'success'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number; readonly requestId: string }
  | { readonly kind: 'no-answer'; readonly code: string };

/**
 * Makes one signed request. Never throws for what the service or the network does; gives up when `signal` aborts. A
 * wrapper of this one function sees every call to the service there is. Tells `onAnswering` when an answer begins to come,
 * because the request has arrived by then, and the rest of a long answer may take its time.
 */
export type CallApi = (call: ApiCall, signal: AbortSignal, onAnswering?: () => void) => Promise<ApiReply>;

/** Where the service is and who calls. */
export interface OpenapiCallOptions {
  /** `onsmqtt.cn-hangzhou.aliyuncs.com`, or `127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  readonly credentials: AccessKey;
  /** Milliseconds, at most 5,000: the SDK keeps 4 to 6 KB alive per call until this time has passed. */
  readonly timeoutMs: number;
}

/** A certificate answer is about 6 KB, a list page of 100 devices about 300. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
const MAX_TIMEOUT_MS = 5000;
const READ_TIMER = 'TIMER::READ_TIMER'; // httpx/lib/index.js

/**
 * Binds calls to `@alicloud/openapi-client`. Its `autoretry` repeats nothing that matters and its `connectTimeout` is
 * really the socket's idle limit, so both timeouts are set alike and the caller brings a deadline of its own. Success
 * bodies are read here, with a limit; error bodies are read by the SDK, which has none but the time.
 */
export function openapiCallApi(options: OpenapiCallOptions): CallApi {
  const timeoutMs = Math.min(options.timeoutMs, MAX_TIMEOUT_MS);
  const { accessKeyId, accessKeySecret, securityToken } = options.credentials;
  const client = new (clientClass())(
    new sdk.Config({
      accessKeyId,
      accessKeySecret,
      ...(securityToken === undefined ? {} : { securityToken }),
      endpoint: options.endpoint,
      protocol: options.protocol,
    }),
  );
  return async (call, signal, onAnswering) => {
    try {
      const request = new sdk.OpenApiRequest({
        query: { ...call.query },
        ...(call.body ? { body: { ...call.body } } : {}),
      });
      const answer: unknown = await client.callApi(paramsOf(call, options.protocol), request, runtimeOf(timeoutMs));
      onAnswering?.();
      forgetReadTimer(answer);
      return await readSuccess(answer, call.unread, signal);
    } catch (error) {
      return replyOf(error);
    }
  };
}

/** Under Node the default export of a CommonJS module is the whole module; under bundlers and vitest it may be the class. */
function clientClass(): typeof sdk.default {
  const exported: unknown = sdk.default;
  return (typeof exported === 'function' ? exported : (exported as { default: unknown }).default) as typeof sdk.default;
}

function paramsOf(call: ApiCall, protocol: string): sdk.Params {
  return new sdk.Params({
    action: call.action,
    version: '2020-04-20',
    protocol,
    pathname: '/',
    method: call.method,
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'binary', // the stream itself; with `json` the SDK reads a success of any length
  });
}

type Runtime = Parameters<sdk.default['callApi']>[2];

/** Both timers alike: `connectTimeout` is what really fires on a reused connection. */
function runtimeOf(timeoutMs: number): Runtime {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the class is in a package of its own and only holds the values; the SDK reads plain properties
  return { autoretry: false, readTimeout: timeoutMs, connectTimeout: timeoutMs } as Runtime;
}

/**
 * The SDK's HTTP client (httpx) starts a timer for every call, keeps the whole call alive by it, and clears it only where
 * it reads the body itself. The body is read here and has a deadline, so the timer is of no use any longer: at 290 calls
 * a second it would keep 1,450 calls in memory that are over. A client without such a timer loses nothing.
 */
function forgetReadTimer(answer: unknown): void {
  const { socket } = (answer as { readonly body: { readonly socket: object | null } }).body;
  if (socket === null) return;
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === READ_TIMER);
  if (key !== undefined) clearTimeout(Reflect.get(socket, key) as NodeJS.Timeout);
}

async function readSuccess(answer: unknown, unread: string | undefined, signal: AbortSignal): Promise<ApiReply> {
  const { statusCode, body } = answer as { readonly statusCode: number; readonly body: IncomingMessage };
  const bytes = await readStream(body, signal);
  // The SDK hands a redirect over as a success; nothing in this API redirects.
  if (statusCode < 200 || statusCode >= 300 || bytes === undefined)
    return { kind: 'no-answer', code: 'UnreadableAnswer' };
  const json = unread === undefined ? bytes : withoutTexts(bytes, unread);
  return { kind: 'success', body: JSON.parse(json.toString('utf8')) as unknown };
}

/** Reads a body; `undefined` when it is longer than any answer of this API. Throws when it breaks off. */
async function readStream(body: IncomingMessage, signal: AbortSignal): Promise<Buffer | undefined> {
  const abort = (): void => {
    body.destroy(new Error('aborted'));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) return undefined; // leaving the loop destroys the stream
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Reduces what the SDK throws. Its network errors quote the whole URL (for a registration: both certificates) and its
 * service errors the service's message, so only the code, the status and the request id are kept.
 */
function replyOf(error: unknown): ApiReply {
  if (!(error instanceof Error)) return { kind: 'no-answer', code: 'UnreadableAnswer' };
  const said = error as Error & { readonly code?: unknown; readonly data?: unknown };
  if (isServiceError(said.data)) {
    const { code, status, requestId } = failureFacts('mqtt', {
      code: said.code,
      status: said.data.statusCode,
      requestId: said.data['RequestId'],
    });
    // An error without a code is a load balancer's; the SDK turns its absence into the text "undefined".
    return code === 'UnreadableAnswer' ? { kind: 'no-answer', code } : { kind: 'refused', code, status, requestId };
  }
  if (said.name === 'RequestTimeoutError') return { kind: 'no-answer', code: 'Timeout' };
  return { kind: 'no-answer', code: typeof said.code === 'string' ? 'NoConnection' : 'UnreadableAnswer' };
}

function isServiceError(data: unknown): data is { readonly statusCode: number; readonly RequestId?: unknown } {
  return typeof data === 'object' && data !== null && 'statusCode' in data && typeof data.statusCode === 'number';
}
