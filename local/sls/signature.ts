import { createHmac } from 'node:crypto';
import { compareBytes, inOrder, percentEncode, type SignedRequest, sha256Hex } from '../signed-request.ts';
import { signWithV4Key } from '../v4-key.ts';

const isServiceHeader = (name: string): boolean => name.startsWith('x-log-') || name.startsWith('x-acs-');

function headerLines(request: SignedRequest, names: readonly string[]): string[] {
  return names.map((name) => `${name}:${(request.headers.get(name) ?? '').trim()}`);
}

/**
 * The older signature, `LOG <key>:<signature>` (page "Request signatures"): method, Content-MD5, Content-Type, date,
 * all `x-log-*` and `x-acs-*` headers, then the path with the query in plain text.
 */
export function signV1(request: SignedRequest, accessKeySecret: string, hash: 'sha1' | 'sha256'): string {
  const { headers } = request;
  const query = request.query.map(([name, value]) => `${name}=${value}`).sort(compareBytes);
  const stringToSign = [
    request.method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    headers.get('date') ?? headers.get('x-log-date') ?? '',
    ...headerLines(request, [...headers.keys()].filter(isServiceHeader).sort(compareBytes)),
    query.length === 0 ? request.path : `${request.path}?${query.join('&')}`,
  ].join('\n');
  return createHmac(hash, accessKeySecret).update(stringToSign).digest('base64');
}

const isSignedV4 = (name: string): boolean => isServiceHeader(name) || name === 'host' || name === 'content-type';

/** The canonical request of signature V4 (page "Request signature V4"). */
function canonicalRequest(request: SignedRequest): string {
  const names = [...request.headers.keys()].filter(isSignedV4).sort(compareBytes);
  const query = [...request.query]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(inOrder)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return [
    request.method,
    request.path,
    query.join('&'),
    ...headerLines(request, names),
    '',
    names.join(';'),
    request.headers.get('x-log-content-sha256') ?? '',
  ].join('\n');
}

/** What a V4 signature is bound to besides the request. */
export interface V4Scope {
  /** `yyyymmdd`, the first part of `x-log-date`. */
  readonly day: string;
  readonly region: string;
}

/** The newer signature in lower-case hex: `SLS4-HMAC-SHA256` with a key derived for day, region and product. */
export function signV4(request: SignedRequest, accessKeySecret: string, scope: V4Scope): string {
  const parts = [scope.day, scope.region, 'sls', 'aliyun_v4_request'];
  const stringToSign = [
    'SLS4-HMAC-SHA256',
    request.headers.get('x-log-date') ?? '',
    parts.join('/'),
    sha256Hex(canonicalRequest(request)),
  ].join('\n');
  return signWithV4Key(accessKeySecret, parts, stringToSign);
}
