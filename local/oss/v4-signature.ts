import { percentEncode, sha256Hex } from '../signed-request.ts';
import { signWithV4Key } from '../v4-key.ts';

/**
 * The parts of a request that a V4 signature covers. Header names are lower-case, header values as they were on the
 * wire, decoded from UTF-8; bucket and key are decoded, and empty where the request names none.
 */
export interface SignedParts {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  /** Signed beyond `content-type`, `content-md5` and `x-oss-*`; lower-case, in order. */
  readonly additionalHeaders: readonly string[];
}

/** Day, region and product that a signing key is good for. */
export interface SigningScope {
  /** `yyyymmdd` */
  readonly day: string;
  /** Without the `oss-` prefix. */
  readonly region: string;
}

/**
 * How an empty query value is written into the canonical query: as a bare key, which is what the V4 page says; or as
 * `name=`, which is what ali-oss 6.23.0 signs for an ordinary parameter such as `prefix=` (but not for a sub-resource).
 */
export type EmptyValueStyle = 'bare' | 'equals';

/** Parameters that select an operation and are sent with an equals sign, but signed as bare keys. */
const FLAGS = new Set(['delete', 'uploads', 'objectMeta', 'bucketInfo', 'versioning', 'append']);

function canonicalQuery(query: ReadonlyMap<string, string>, empty: EmptyValueStyle): string {
  const pairs = [...query].map(([name, value]) => {
    if (value !== '') return `${percentEncode(name)}=${percentEncode(value)}`;
    return empty === 'bare' || FLAGS.has(name) ? percentEncode(name) : `${percentEncode(name)}=`;
  });
  return pairs.sort((a, b) => (a < b ? -1 : 1)).join('&');
}

/** The canonical request of OSS page "V4 signatures in headers". */
export function canonicalRequestOf(parts: SignedParts, empty: EmptyValueStyle = 'bare'): string {
  const isSigned = (name: string): boolean =>
    name === 'content-type' ||
    name === 'content-md5' ||
    name.startsWith('x-oss-') ||
    parts.additionalHeaders.includes(name);
  const names = [...parts.headers.keys()].filter(isSigned).sort();
  const headers = names.map((name) => `${name}:${(parts.headers.get(name) ?? '').trim()}\n`).join('');
  const resource = parts.bucket === '' ? '/' : `/${parts.bucket}/${parts.key}`;
  return [
    parts.method,
    percentEncode(resource).replaceAll('%2F', '/'),
    canonicalQuery(parts.query, empty),
    headers,
    parts.additionalHeaders.join(';'),
    parts.headers.get('x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

/** The string that is signed. `date` is `yyyymmddThhmmssZ`. */
export function stringToSignOf(canonicalRequest: string, date: string, scope: SigningScope): string {
  const hash = sha256Hex(canonicalRequest);
  return ['OSS4-HMAC-SHA256', date, `${scope.day}/${scope.region}/oss/aliyun_v4_request`, hash].join('\n');
}

/** The signature in lower-case hex. */
export function signV4(secret: string, scope: SigningScope, stringToSign: string): string {
  return signWithV4Key(secret, [scope.day, scope.region, 'oss', 'aliyun_v4_request'], stringToSign);
}
