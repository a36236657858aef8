import { createHash, randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { refusal } from './refusal.ts';

/** The largest body of one request; OSS takes 5 GB, nothing here needs that. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;
/** Bodies up to this size are gathered in memory and written in one go; larger ones go to disk as they come. */
const GATHER_BYTES = 64 * 1024;

/** Bytes that arrived whole, in a temporary file of their own. */
export interface ReceivedFile {
  readonly path: string;
  readonly size: number;
  /** Raw MD5, 16 bytes. */
  readonly md5: Buffer;
}

/** A new name for a temporary file in a folder. */
export function temporaryName(folder: string): string {
  return join(folder, randomBytes(12).toString('hex'));
}

/** Removes a temporary file that has not been moved to its place. */
export function discard(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Writes a stream of bytes to a new temporary file (0600), counting and hashing on the way; memory stays flat.
 *
 * @throws OssRefusal EntityTooLarge past `maxBytes`. Whatever is thrown, no file is left behind.
 */
export async function receiveFile(
  source: AsyncIterable<Buffer>,
  folder: string,
  maxBytes: number,
): Promise<ReceivedFile> {
  const path = temporaryName(folder);
  const hash = createHash('md5');
  let gathered: Buffer[] = [];
  let size = 0;
  let handle: FileHandle | undefined;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw refusal('EntityTooLarge', { details: { MaxSizeAllowed: String(maxBytes) } });
      hash.update(chunk);
      gathered.push(chunk);
      if (size <= GATHER_BYTES) continue;
      handle ??= await open(path, 'wx', 0o600);
      await handle.writeFile(Buffer.concat(gathered));
      gathered = [];
    }
    if (handle === undefined) writeFileSync(path, Buffer.concat(gathered), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    discard(path);
    throw error;
  } finally {
    await handle?.close();
  }
  return { path, size, md5: hash.digest() };
}

/**
 * Receives a request's body and compares it with its Content-MD5, if it has one.
 *
 * @throws OssRefusal MissingContentLength, EntityTooLarge, InvalidDigest; the request's own error when it breaks off.
 */
export async function receiveBody(request: IncomingMessage, folder: string): Promise<ReceivedFile> {
  const { headers } = request;
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined) throw refusal('MissingContentLength');
  if (Number(length ?? 0) > MAX_BODY_BYTES) {
    throw refusal('EntityTooLarge', {
      details: { MaxSizeAllowed: String(MAX_BODY_BYTES), ProposedSize: length ?? '' },
    });
  }
  const expected = readDigest(headers['content-md5']);
  // Not the default iterator: that one cuts the connection when a body is refused, and no answer would get through.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const received = await receiveFile(chunks, folder, MAX_BODY_BYTES);
  if (expected !== undefined && !expected.equals(received.md5)) {
    discard(received.path);
    throw refusal('InvalidDigest', { message: 'The Content-MD5 you specified did not match what we received.' });
  }
  return received;
}

/** Reads a Content-MD5 header: base64 of 16 bytes. */
export function readDigest(header: string | string[] | undefined): Buffer | undefined {
  if (header === undefined) return undefined;
  const digest = typeof header === 'string' ? Buffer.from(header, 'base64') : Buffer.alloc(0);
  if (digest.length !== 16) throw refusal('InvalidDigest');
  return digest;
}

/** An MD5 as an ETag is written: upper-case hex, no quotes. */
export function etagOf(md5: Buffer): string {
  return md5.toString('hex').toUpperCase();
}
