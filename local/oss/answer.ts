import { closeSync, createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { OssRefusal } from './refusal.ts';
import { element, xmlDocument } from './xml.ts';

/** Bytes `start` to `end`, both included, of an open file; sending closes the descriptor. */
export interface FileBody {
  readonly descriptor: number;
  readonly start: number;
  readonly end: number;
}

/** What an operation answers; the headers that every answer carries are added when it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer | FileBody;
}

/** What every answer and every error document carries. */
export interface AnswerContext {
  /** 24 upper-case hex characters. */
  readonly requestId: string;
  /** The Host header of the request. */
  readonly host: string;
  readonly isHead: boolean;
  /** Milliseconds of the moved clock, for the `Date` header. */
  readonly now: number;
  readonly elapsedMs: number;
}

/** An answer whose body is an XML document. */
export function xmlAnswer(root: string, content: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: xmlDocument(root, content) };
}

/** An RFC 1123 date with the second as its unit, as `Date` and `Last-Modified` carry it. */
export function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}

/** An ISO date as list documents carry it: the second is its unit, the milliseconds are always `.000`. */
export function listDate(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}.000Z`;
}

/**
 * The answer for a refusal: an XML document, or for HEAD, which has no body, the same document in base64 in
 * `x-oss-err`. A 304 has neither.
 */
export function refusalAnswer(refused: OssRefusal, context: AnswerContext): Answer {
  if (refused.status === 304) return { status: 304, headers: { ...refused.details } };
  const details = Object.entries(refused.details).map(([name, value]) => element(name, value));
  const document = xmlDocument(
    'Error',
    element('Code', refused.code) +
      element('Message', refused.message) +
      element('RequestId', context.requestId) +
      element('HostId', context.host) +
      details.join('') +
      (refused.ec === undefined ? '' : element('EC', refused.ec)),
  );
  const ec = refused.ec === undefined ? {} : { 'x-oss-ec': refused.ec };
  if (context.isHead) {
    return { status: refused.status, headers: { ...ec, 'x-oss-err': Buffer.from(document).toString('base64') } };
  }
  return { status: refused.status, headers: { ...ec, 'content-type': 'application/xml' }, body: document };
}

function isFile(body: Answer['body']): body is FileBody {
  return typeof body === 'object' && !Buffer.isBuffer(body);
}

/** Gives up an answer that is not going to be sent. */
export function dropAnswer(answer: Answer): void {
  if (isFile(answer.body)) closeSync(answer.body.descriptor);
}

/** Writes an answer to the socket. A reader that hangs up half-way is its own business. */
export async function sendAnswer(response: ServerResponse, answer: Answer, context: AnswerContext): Promise<void> {
  const { body } = answer;
  const length = isFile(body) ? body.end - body.start + 1 : Buffer.byteLength(body ?? '');
  const hasLength = answer.status !== 204 && answer.status !== 304;
  response.sendDate = false; // the local cloud's own time goes out, not this machine's
  response.writeHead(answer.status, {
    server: 'AliyunOSS',
    date: httpDate(context.now),
    ...(hasLength ? { 'content-length': length } : {}),
    ...answer.headers,
    'x-oss-request-id': context.requestId,
    'x-oss-server-time': String(context.elapsedMs),
  });
  if (!isFile(body)) {
    response.end(context.isHead ? undefined : body);
    return;
  }
  const source = createReadStream('', { fd: body.descriptor, start: body.start, end: body.end });
  try {
    await pipeline(source, response, { end: false });
    if (source.bytesRead === length) response.end();
    else response.destroy(); // the file was cut short by hand: a broken connection, not an answer that never ends
  } catch {
    response.destroy();
  }
}
