import type AliOss from 'ali-oss';
import { exchange, type HttpAnswer, NoAnswerError } from './http-exchange.ts';

type Transport = ConstructorParameters<typeof AliOss>[0]['urllib'];

/** Handed to the transport through ali-oss's `ctx` option. */
export interface TransportContext {
  /** Longest body of a successful answer; a longer one is left unread and told as `oversize`. */
  readonly maxBytes: number;
}

/** A list page of 1,000 keys of 1,023 bytes, percent-encoded in XML, is about 3.5 MB; errors are far smaller. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * The wire under ali-oss, in place of its `urllib`. Three reasons: urllib reads bodies of any length into memory; it
 * puts the URL through `new URL`, which turns the key `a/../b` into `b`; and its errors carry URLs and headers.
 *
 * An answer without `x-oss-request-id` is not one of OSS (every reply has it, OSS page "Common response headers"): a
 * proxy's page must be taken neither for an object nor for "no such object".
 */
export const OSS_TRANSPORT: Transport = {
  request: async (url, request) => {
    const { origin, target } = splitUrl(url);
    const maxBytes = isContext(request.ctx) ? request.ctx.maxBytes : MAX_ANSWER_BYTES;
    const answer = await exchange({
      origin,
      target,
      method: request.method,
      headers: lowerCased(request.headers),
      // A document (DeleteMultipleObjects) comes as a string, and its length in octets is what goes on the wire.
      body: typeof request.content === 'string' ? Buffer.from(request.content) : request.content,
      timeoutMs: request.timeout,
      maxBytes: Math.max(maxBytes, 64 * 1024), // room for an error document, which the limit is not about
    }).catch((error: unknown) => {
      throw sdkError(error instanceof NoAnswerError ? error.code : 'UnreadableAnswer');
    });
    if (answer.headers['x-oss-request-id'] === undefined) throw sdkError('UnreadableAnswer');
    if (answer.oversize !== undefined && answer.status >= 300) throw sdkError('UnreadableAnswer');
    const oversize = answer.oversize ?? (answer.body.length > maxBytes ? answer.body.length : undefined);
    const res = { status: answer.status, headers: answer.headers, ...(oversize === undefined ? {} : { oversize }) };
    return { status: answer.status, data: bodyOf(answer), headers: answer.headers, res };
  },
};

/** Splits without decoding or normalising; a URL of ali-oss always has a scheme and a path. */
function splitUrl(url: string): { readonly origin: string; readonly target: string } {
  const match = /^(https?:\/\/[^/?#]+)(\/[^#]*)$/.exec(url);
  if (match?.[1] === undefined || match[2] === undefined) throw sdkError('UnreadableAnswer');
  return { origin: match[1], target: match[2] };
}

function isContext(ctx: unknown): ctx is TransportContext {
  return typeof ctx === 'object' && ctx !== null && 'maxBytes' in ctx && typeof ctx.maxBytes === 'number';
}

function lowerCased(headers: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/**
 * ali-oss reads every HEAD with 404 as "no such key", a missing bucket too. OSS sends the error document of a HEAD in a
 * header, and where it stands the SDK can read it like any other.
 */
function bodyOf(answer: HttpAnswer): Buffer {
  const document = answer.headers['x-oss-err'];
  if (answer.status < 400 || answer.body.length > 0 || typeof document !== 'string') return answer.body;
  return Buffer.from(document, 'base64');
}

/** What ali-oss keeps of a transport error is its name, as `code`; -1 stands for "no answer". */
function sdkError(code: string): Error {
  return Object.assign(new Error(code), { name: code, status: -1 });
}
