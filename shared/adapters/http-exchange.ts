import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** One request, written as it goes on the wire: nothing below normalises, encodes or follows anything. */
export interface HttpRequest {
  /** `http://host:port` or `https://host`; where to connect to. The `host` header may name another one. */
  readonly origin: string;
  readonly method: string;
  /** Path and query, percent-encoded. Sent as it is: a path of `/a/../b` stays one. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** For the whole exchange, from connecting to the last byte of the body. */
  readonly timeoutMs: number;
  /** Longest body that is read. */
  readonly maxBytes: number;
  /**
   * A connection of its own, for what is sent once a minute and must not meet a connection that went stale while the
   * platform held the process still.
   */
  readonly isAlone?: boolean;
}

/** What came back; `oversize` when the body is longer than allowed and was not read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The announced length, or what had been read when the limit was passed. */
  readonly oversize?: number;
}

/** Why there is no answer. */
export type NoAnswerCode = 'Timeout' | 'NoConnection' | 'UnreadableAnswer';

/** No usable answer came. Carries a code of ours and nothing else: the system's messages name hosts and addresses. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code: NoAnswerCode;

  constructor(code: NoAnswerCode) {
    super(code);
    this.code = code;
  }
}

// Shared by all clients of the process, so that connections survive from one invocation to the next. Agents open no
// socket and start no timer by themselves.
const IDLE_SOCKETS = 16;
const HTTP = new HttpAgent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS });
const HTTPS = new HttpsAgent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS });

/**
 * Sends one request and reads its answer, within a time limit for the whole and a limit on the body. Never repeats,
 * never follows a redirect, never decompresses.
 *
 * @throws {NoAnswerError} When no whole answer came. Whether the service acted is unknown then.
 */
export function exchange(request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const secure = request.origin.startsWith('https:');
    const { hostname, port } = new URL(request.origin);
    const outgoing = (secure ? httpsRequest : httpRequest)({
      agent: request.isAlone === true ? false : secure ? HTTPS : HTTP,
      hostname: hostname.replace(/^\[|\]$/g, ''), // URL keeps the brackets of an IPv6 address, sockets do not take them
      port: port === '' ? (secure ? 443 : 80) : port,
      method: request.method,
      path: request.target,
      headers: withLength(request),
    });
    const timer = setTimeout(() => finish(new NoAnswerError('Timeout')), request.timeoutMs);
    let finished = false;

    const finish = (result: HttpAnswer | NoAnswerError): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      if (result instanceof NoAnswerError) reject(result);
      else resolve(result);
      // After a timeout or an oversize body the rest of the answer must not reach the next request on this socket.
      if (result instanceof NoAnswerError || result.oversize !== undefined) outgoing.destroy();
    };
    outgoing.on('error', () => finish(new NoAnswerError('NoConnection')));
    outgoing.on('response', (incoming) => readAnswer(incoming, request, finish));
    outgoing.end(request.body);
  });
}

function withLength(request: HttpRequest): Record<string, string> {
  const hasBody = request.body !== undefined || request.method === 'PUT' || request.method === 'POST';
  const length = hasBody ? { 'content-length': String(request.body?.length ?? 0) } : {};
  return { ...request.headers, ...length };
}

function readAnswer(
  incoming: IncomingMessage,
  request: HttpRequest,
  finish: (result: HttpAnswer | NoAnswerError) => void,
): void {
  const { headers } = incoming;
  const status = incoming.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let size = 0;
  const announced = request.method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
  if (announced > request.maxBytes) {
    finish({ status, headers, body: Buffer.alloc(0), oversize: announced });
    return;
  }
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > request.maxBytes) finish({ status, headers, body: Buffer.alloc(0), oversize: size });
    else chunks.push(chunk);
  });
  incoming.on('end', () => finish({ status, headers, body: Buffer.concat(chunks) }));
  incoming.on('error', () => finish(new NoAnswerError('NoConnection')));
  incoming.on('close', () => finish(new NoAnswerError('NoConnection'))); // a body cut short has no `end`
}
