import { gunzipSync, inflateSync } from 'node:zlib';
import type { SlsAnswer } from './sls-send.ts';

/** A page of 100 logs, each as large as a record can be, is a tenth of it. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/**
 * The JSON of an answer, unpacked when it was sent compressed (`x-log-compresstype`, or `content-encoding` of a proxy on
 * the way).
 *
 * @returns `undefined` when it is not JSON; the parser's message would quote the body.
 */
export function slsJson({ body, headers }: SlsAnswer): unknown {
  const packed = headers['x-log-compresstype'] ?? headers['content-encoding'] ?? '';
  try {
    return JSON.parse(unpacked(body, String(packed)).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function unpacked(body: Buffer, packed: string): Buffer {
  if (packed === 'gzip') return gunzipSync(body, { maxOutputLength: MAX_PLAIN_BYTES });
  if (packed === 'deflate') return inflateSync(body, { maxOutputLength: MAX_PLAIN_BYTES });
  return body;
}
