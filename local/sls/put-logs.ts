import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { type Refusal, refuse } from './errors.ts';
import { type DecodedGroup, decodeLogGroup } from './log-group.ts';
import { decompressLz4Block, Lz4Error } from './lz4.ts';

/** Most bytes of a body, before and after decompression (PutLogs page). */
export const BODY_MAX_BYTES = 10 * 1024 * 1024;

type Headers = ReadonlyMap<string, string>;
type Raw = { readonly ok: true; readonly body: Buffer } | Refusal;

function checkType(headers: Headers): Refusal | undefined {
  const type = headers.get('content-type');
  if (type === undefined) return refuse('MissingContentType');
  return type === 'application/x-protobuf' ? undefined : refuse('InvalidContentType');
}

/** Content-MD5 is upper-case hex of the bytes sent; the older signature covers it, the newer one does not ask for it. */
function checkDigest(headers: Headers, body: Buffer): Refusal | undefined {
  const digest = headers.get('content-md5');
  if (digest === undefined) return undefined;
  const actual = createHash('md5').update(body).digest('hex').toUpperCase();
  return digest === actual ? undefined : refuse('PostBodyInvalid', 'Content-MD5 differs from the body.');
}

function inflate(body: Buffer, rawSize: number): Buffer | undefined {
  try {
    return inflateSync(body, { maxOutputLength: Math.max(rawSize, 1) });
  } catch {
    return undefined; // zlib refuses broken data and data that grows past the promise alike
  }
}

function expandLz4(body: Buffer, rawSize: number): Buffer | undefined {
  try {
    return decompressLz4Block(body, rawSize);
  } catch (error) {
    if (error instanceof Lz4Error) return undefined;
    throw error;
  }
}

function expand(body: Buffer, compression: string | undefined, rawSize: number): Buffer | Refusal {
  switch (compression) {
    case undefined:
      return body;
    case 'lz4':
      return expandLz4(body, rawSize) ?? refuse('PostBodyUncompressError');
    case 'deflate':
      return inflate(body, rawSize) ?? refuse('PostBodyUncompressError');
    default:
      return refuse('InvalidCompressType');
  }
}

function rawBody(headers: Headers, body: Buffer): Raw {
  const sizeText = headers.get('x-log-bodyrawsize');
  if (sizeText === undefined) return refuse('MissingBodyRawSize');
  if (!/^\d{1,12}$/u.test(sizeText)) return refuse('InvalidBodyRawSize');
  const rawSize = Number(sizeText);
  if (rawSize > BODY_MAX_BYTES) return refuse('PostBodyTooLarge');
  const raw = expand(body, headers.get('x-log-compresstype'), rawSize);
  if (!Buffer.isBuffer(raw)) return raw;
  return raw.length === rawSize ? { ok: true, body: raw } : refuse('InvalidBodyRawSize');
}

/**
 * Reads the request of PutLogs: type, digest, compression, then the log group.
 *
 * @param nows - Times, epoch milliseconds, any of which a log may be near.
 */
export function readPutLogs(headers: Headers, body: Buffer, nows: readonly number[]): DecodedGroup {
  const refusal = checkType(headers) ?? checkDigest(headers, body);
  if (refusal !== undefined) return refusal;
  const raw = rawBody(headers, body);
  return raw.ok ? decodeLogGroup(raw.body, nows) : raw;
}
