import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';

/** OSS page PutObject: all user metadata together. */
const META_MAX_BYTES = 8 * 1024;
const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
const ENCRYPTION_HEADER = 'x-oss-server-side-encryption';
const ENCRYPTION_METHODS = ['AES256', 'KMS', 'SM4'];
const META_NAME = /^x-oss-meta-[a-z0-9-]+$/;
/** Headers of PutObject whose effect the stand-in does not have; taking them silently would be a lie. */
const UNSUPPORTED = ['x-oss-callback', 'x-oss-tagging', 'x-oss-symlink-target', 'x-oss-process'];

/** What of a write's headers becomes part of the object. */
export type ObjectHeaders = Pick<StoredObject, 'contentType' | 'headers'>;

function checkMeta(meta: readonly (readonly [string, string])[]): void {
  const bytes = meta.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (bytes > META_MAX_BYTES) throw refusal('InvalidArgument', { message: 'User metadata is larger than 8 KB.' });
  const bad = meta.find(([name]) => !META_NAME.test(name));
  if (bad === undefined) return;
  throw refusal('InvalidArgument', { details: { ArgumentName: bad[0] } });
}

function encryptionOf(headers: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const method = headers.get(ENCRYPTION_HEADER);
  if (method === undefined) return [];
  if (!ENCRYPTION_METHODS.includes(method)) throw refusal('InvalidEncryptionAlgorithmError');
  return [[ENCRYPTION_HEADER, method]];
}

/**
 * Reads the headers that a write stores with the object.
 *
 * @throws OssRefusal InvalidArgument for metadata over 8 KB or names other than letters, digits and hyphens;
 *   InvalidEncryptionAlgorithmError; NotImplemented for what this stand-in leaves out.
 */
export function objectHeadersOf(headers: ReadonlyMap<string, string>): ObjectHeaders {
  const unsupported = UNSUPPORTED.find((name) => headers.has(name));
  if (unsupported !== undefined) throw refusal('NotImplemented', { details: { Header: unsupported } });
  const storageClass = headers.get('x-oss-storage-class') ?? 'Standard';
  if (storageClass !== 'Standard') throw refusal('NotImplemented', { details: { Header: 'x-oss-storage-class' } });
  const meta = [...headers].filter(([name]) => name.startsWith('x-oss-meta-'));
  checkMeta(meta);
  const kept = [...headers].filter(([name]) => KEPT_HEADERS.includes(name));
  return {
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    headers: Object.fromEntries([...kept, ...meta, ...encryptionOf(headers)]),
  };
}

/** The encryption header of an object, which write answers repeat. */
export function encryptionEcho(headers: StoredObject['headers']): Readonly<Record<string, string>> {
  const method = headers[ENCRYPTION_HEADER];
  return method === undefined ? {} : { [ENCRYPTION_HEADER]: method };
}

/** Turns a decoded header value back into the bytes that were sent; Node writes header strings as Latin-1. */
export function wireHeader(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

/**
 * Whether the write is create-only.
 *
 * @see OSS error page 0017-00000279: `x-oss-forbid-overwrite` is `true` or `false`, anything else is refused.
 */
export function forbidsOverwrite(headers: ReadonlyMap<string, string>): boolean {
  const value = headers.get('x-oss-forbid-overwrite');
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw refusal('InvalidArgument', {
    message: 'x-oss-forbid-overwrite must be true or false.',
    ec: '0017-00000279',
    details: { ArgumentName: 'x-oss-forbid-overwrite', ArgumentValue: value.slice(0, 100) },
  });
}
