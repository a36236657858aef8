import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of an HTTP request that signature V3 covers. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  /** Decoded query, in the order it came. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What an `Authorization: ACS3-HMAC-SHA256 …` header says. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const ALGORITHM = 'ACS3-HMAC-SHA256';
const AUTHORIZATION =
  /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/u;

/** Lower-case hex SHA-256, the form of `x-acs-content-sha256`. */
export function sha256Hex(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Reads the header; `undefined` when it is not of this algorithm or not complete. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, accessKeyId, signedHeaders, signature] = AUTHORIZATION.exec(header.trim()) ?? [];
  if (accessKeyId === undefined || signedHeaders === undefined || signature === undefined) return undefined;
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/** RFC 3986 percent-encoding: everything but letters, digits and `-_.~`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The canonical request of signature V3 (page "V3 request structure and signature"). The query is encoded again from
 * its decoded form: the SDK leaves `! ' ( ) *` bare in the URL and escapes them here.
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const names = [...signedHeaders].sort(compare);
  const query = [...request.query]
    .sort((a, b) => (a[0] === b[0] ? compare(a[1], b[1]) : compare(a[0], b[0])))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
  return [
    request.method,
    request.path.split('/').map(percentEncode).join('/'),
    query.join('&'),
    ...names.map((name) => `${name}:${(request.headers.get(name) ?? '').trim()}`),
    '',
    names.join(';'),
    request.headers.get('x-acs-content-sha256') ?? '',
  ].join('\n');
}

/** The signature of a request in lower-case hex. */
export function signV3(request: SignedRequest, signedHeaders: readonly string[], accessKeySecret: string): string {
  const stringToSign = `${ALGORITHM}\n${sha256Hex(canonicalRequest(request, signedHeaders))}`;
  return createHmac('sha256', accessKeySecret).update(stringToSign).digest('hex');
}

/** Compares two hex signatures in constant time. */
export function isSameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Headers that must be signed whenever they are present: all `x-acs-*`, `host` and `content-type`. */
export function mustBeSigned(name: string): boolean {
  return name === 'host' || name === 'content-type' || name.startsWith('x-acs-');
}
