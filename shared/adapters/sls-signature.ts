import { createHash, createHmac } from 'node:crypto';

/** A request as it will be sent, apart from its signature. */
export interface SlsUnsigned {
  readonly method: string;
  /** Percent-encoded path, without the query. */
  readonly path: string;
  /** Names and values, not encoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. `host`, `content-type`, `x-log-*` and `x-acs-*` are signed. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The key and the region it is scoped to. */
export interface SlsSigner {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Such as `cn-hangzhou`. */
  readonly region: string;
}

/**
 * The `Authorization` header of signature V4. `headers` must hold `x-log-date` (`yyyymmddThhmmssZ`) and
 * `x-log-content-sha256` (lower-case hex of the body sent).
 *
 * @see SLS page "Request signature V4"; what is signed follows the vendor's Go client (`signature_v4.go`).
 */
export function slsAuthorization(request: SlsUnsigned, signer: SlsSigner): string {
  const date = request.headers['x-log-date'] ?? '';
  const day = date.slice(0, 8);
  const scope = `${day}/${signer.region}/sls/aliyun_v4_request`;
  const stringToSign = ['SLS4-HMAC-SHA256', date, scope, sha256(canonicalRequest(request))].join('\n');
  const key = [day, signer.region, 'sls', 'aliyun_v4_request'].reduce<Buffer>(
    hmac,
    Buffer.from(`aliyun_v4${signer.accessKeySecret}`),
  );
  const signature = hmac(key, stringToSign).toString('hex');
  return `SLS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope},Signature=${signature}`;
}

function canonicalRequest({ method, path, query, headers }: SlsUnsigned): string {
  const names = Object.keys(headers)
    .filter((name) => name === 'host' || name === 'content-type' || /^x-(?:log|acs)-/.test(name))
    .sort();
  return [
    method,
    path,
    encodeQuery(query),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    headers['x-log-content-sha256'] ?? '',
  ].join('\n');
}

/** Sorted by name, everything but `A-Z a-z 0-9 - _ . ~` percent-encoded, a bare name where the value is empty. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => (value === '' ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(value)}`))
    .sort()
    .join('&');
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
