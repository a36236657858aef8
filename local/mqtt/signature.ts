import { createHmac } from 'node:crypto';
import { compareBytes, inOrder, percentEncode, type SignedRequest, sha256Hex } from '../signed-request.ts';

/** What an `Authorization: ACS3-HMAC-SHA256 …` header says. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const ALGORITHM = 'ACS3-HMAC-SHA256';
const AUTHORIZATION =
  /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/u;

/** Reads the header; `undefined` when it is not of this algorithm or not complete. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, accessKeyId, signedHeaders, signature] = AUTHORIZATION.exec(header.trim()) ?? [];
  if (accessKeyId === undefined || signedHeaders === undefined || signature === undefined) return undefined;
  return { accessKeyId, signedHeaders: signedHeaders.split(';'), signature };
}

/**
 * The canonical request of signature V3 (page "V3 request structure and signature"). The query is encoded again from
 * its decoded form: the SDK leaves `! ' ( ) *` bare in the URL and escapes them here.
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const names = [...signedHeaders].sort(compareBytes);
  const query = [...request.query]
    .sort(inOrder)
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

/** Headers that must be signed whenever they are present: all `x-acs-*`, `host` and `content-type`. */
export function mustBeSigned(name: string): boolean {
  return name === 'host' || name === 'content-type' || name.startsWith('x-acs-');
}
