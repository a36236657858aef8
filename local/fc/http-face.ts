import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { LocalCredentials } from '../credentials.ts';
import { type Face, readBody, startFace } from '../face.ts';
import { authenticate } from './authenticate.ts';
import { FC_ERRORS, type FcErrorCode, type FcRefusal, refuse } from './errors.ts';
import { type Fc, FunctionServiceError } from './fc.ts';
import { type InvokeRoute, readSigned, routeOf, wishesOf } from './http-request.ts';
import { newRequestId } from './request-id.ts';
import type { WorkerAnswer } from './worker.ts';

/** What the HTTP face of Function Compute is started with. */
export interface FcFaceOptions {
  /** The functions; they know this face's address from their environment, so they start after it. */
  readonly functions: () => Pick<Fc, 'invoke' | 'invokeAsync' | 'output'> | undefined;
  readonly accountId: string;
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly port?: number | undefined;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** FC's limit for the payload of a synchronous call. */
const SYNC_PAYLOAD_MAX_BYTES = 32 * 1024 * 1024;
/** `x-fc-log-result` carries the last 4 KB. */
const LOG_TAIL_BYTES = 4096;

/**
 * Starts the invocation API of Function Compute on 127.0.0.1, in its two forms:
 * `POST /2016-08-15/services/S[.Q]/functions/F/invocations` and `POST /2023-03-30/functions/F/invocations`. The first one's
 * service is not looked at, because functions of FC 3.0 have none.
 *
 * @see InvokeFunction of both API versions, Function Compute documentation.
 */
export function startFcFace(options: FcFaceOptions): Promise<Face> {
  return startFace(async (request, response) => {
    const requestId = newRequestId(options.clock.now());
    send(response, await answerTo(request, requestId, options), requestId);
  }, options.port ?? 0);
}

async function answerTo(request: IncomingMessage, requestId: string, options: FcFaceOptions): Promise<Reply> {
  const signed = readSigned(request);
  const api = (request.url ?? '').startsWith('/2016-08-15/') ? '2016-08-15' : '2023-03-30';
  const refused = (refusal: FcRefusal): Reply => errorReply(refusal, api, requestId);
  const body = await readBody(request, SYNC_PAYLOAD_MAX_BYTES);
  if (body === undefined) return refused(refuse('EntityTooLarge', 'synchronous calls take at most 32 MB'));
  if (signed === undefined) return refused(refuse('PathNotSupported'));
  const route = routeOf(signed);
  if (route === undefined) return refused(refuse('PathNotSupported'));
  const refusal = authenticate(options, signed, body);
  if (refusal !== undefined) return refused(refusal);
  try {
    return await invoke(signed.headers, route, { body, requestId, options });
  } catch (error) {
    if (error instanceof FunctionServiceError) return refused(refuse(codeOf(error), error.message));
    throw error;
  }
}

async function invoke(
  headers: ReadonlyMap<string, string>,
  route: InvokeRoute,
  call: { readonly body: Buffer; readonly requestId: string; readonly options: FcFaceOptions },
): Promise<Reply> {
  const { body, requestId, options } = call;
  const refused = (code: FcErrorCode, detail?: string): Reply => errorReply(refuse(code, detail), route.api, requestId);
  const wishes = wishesOf(headers);
  if (wishes === undefined) return refused('InvalidArgument', 'x-fc-invocation-type or x-fc-log-type');
  if ((route.qualifier ?? 'LATEST') !== 'LATEST') return refused('AliasNotFound', 'only LATEST is deployed');
  const fc = options.functions();
  if (fc === undefined) return refused('ServiceUnavailable');
  if (wishes.type === 'async') {
    const queuedAs = await fc.invokeAsync(route.functionName, body);
    // `@alicloud/fc2` parses an empty body as soon as it is called JSON, so the service calls it text.
    const answered = { 'content-type': 'text/plain; charset=utf-8', 'x-fc-request-id': queuedAs };
    return { status: 202, headers: answered, body: '' };
  }
  const began = performance.now();
  const answer = await fc.invoke(route.functionName, body, requestId);
  const tail = wishes.logTail ? { 'x-fc-log-result': logTail(fc.output(requestId)) } : {};
  const reply = functionReply(answer, route);
  const durationMs = String(Math.round(performance.now() - began));
  return { ...reply, headers: { ...reply.headers, ...tail, 'x-fc-invocation-duration': durationMs } };
}

/** A function that failed is a success of the service: status 200, and the header that says so. */
function functionReply(answer: WorkerAnswer, route: InvokeRoute): Reply {
  const version = route.api === '2016-08-15' ? 'x-fc-invocation-service-version' : 'x-fc-invocation-code-version';
  const headers = { [version]: 'LATEST', 'x-fc-max-memory-usage': answer.maxMemoryMb.toFixed(2) };
  if (answer.kind === 'returned') {
    return { status: 200, headers: { ...headers, 'content-type': 'application/octet-stream' }, body: answer.payload };
  }
  const failed = { 'content-type': 'application/json', 'x-fc-error-type': 'UnhandledInvocationError' };
  return { status: 200, headers: { ...headers, ...failed }, body: JSON.stringify(answer.error) };
}

function logTail(lines: readonly string[]): string {
  return Buffer.from(`${lines.join('\n')}\n`)
    .subarray(-LOG_TAIL_BYTES)
    .toString('base64');
}

function codeOf({ code }: FunctionServiceError): FcErrorCode {
  return code === 'TriggerNotFound' ? 'FunctionNotFound' : code;
}

/** Error bodies of the two API versions: `@alicloud/fc2` reads the first form, the generated SDKs the second. */
function errorReply({ code, detail }: FcRefusal, api: InvokeRoute['api'], requestId: string): Reply {
  const { message, status } = FC_ERRORS[code];
  const text = detail === undefined ? message : `${message}: ${detail}`;
  const body =
    api === '2016-08-15'
      ? { ErrorCode: code, ErrorMessage: text }
      : { RequestId: requestId, Code: code, Message: text };
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function send(response: ServerResponse, reply: Reply, requestId: string): void {
  response.writeHead(reply.status, { 'x-fc-request-id': requestId, ...reply.headers });
  response.end(reply.body);
}
