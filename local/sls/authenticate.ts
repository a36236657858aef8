import { isNear, type LocalClock } from '../clock.ts';
import { findKey, type LocalCredentials } from '../credentials.ts';
import { isSameText } from '../same-text.ts';
import { type SignedRequest, sha256Hex } from '../signed-request.ts';
import { type Refusal, refuse } from './errors.ts';
import { signV1, signV4, type V4Scope } from './signature.ts';

/** What the service checks a caller against. */
export interface Gate {
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly region: string;
}

type Scheme = { readonly version: 1 } | { readonly version: 4; readonly scope: V4Scope };

interface Authorization {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly scheme: Scheme;
}

const WINDOW_MS = 15 * 60_000;
const V1 = /^LOG ([^:\s]+):([A-Za-z0-9+/=]+)$/u;
const V4 =
  /^SLS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/sls\/aliyun_v4_request,\s*Signature=([0-9a-f]{64})$/u;
const V4_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/u;

function parseAuthorization(header: string): Authorization | undefined {
  const [, v1Key, v1Signature] = V1.exec(header) ?? [];
  if (v1Key !== undefined && v1Signature !== undefined) {
    return { accessKeyId: v1Key, signature: v1Signature, scheme: { version: 1 } };
  }
  const [, accessKeyId, day, region, signature] = V4.exec(header) ?? [];
  if (accessKeyId === undefined || day === undefined || region === undefined || signature === undefined)
    return undefined;
  return { accessKeyId, signature, scheme: { version: 4, scope: { day, region } } };
}

/** The request's own time: `x-log-date` in the compact form, or either header as RFC 822; NaN when unreadable. */
function requestTime(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get('x-log-date') ?? headers.get('date');
  if (text === undefined) return undefined;
  return Date.parse(V4_DATE.test(text) ? text.replace(V4_DATE, '$1-$2-$3T$4:$5:$6Z') : text);
}

function checkDate(headers: ReadonlyMap<string, string>, clock: LocalClock): Refusal | undefined {
  const time = requestTime(headers);
  if (time === undefined) return refuse('MissingDate');
  if (Number.isNaN(time)) return refuse('InvalidDateFormat');
  return isNear(clock, time, WINDOW_MS) ? undefined : refuse('RequestTimeExpired');
}

type Expected = { readonly ok: true; readonly signature: string } | Refusal;

function expectedV1(request: SignedRequest, secret: string): Expected {
  const method = request.headers.get('x-log-signaturemethod');
  switch (method) {
    case 'hmac-sha1':
      return { ok: true, signature: signV1(request, secret, 'sha1') };
    case 'hmac-sha256':
      return { ok: true, signature: signV1(request, secret, 'sha256') };
    case undefined:
      return refuse('MissingSignatureMethod');
    default:
      return refuse('InvalidSignatureMethod');
  }
}

function expectedV4(request: SignedRequest, body: Buffer, secret: string, scope: V4Scope, region: string): Expected {
  const { headers } = request;
  const isInScope = scope.region === region && (headers.get('x-log-date') ?? '').startsWith(`${scope.day}T`);
  const isBodySigned = headers.get('x-log-content-sha256') === sha256Hex(body);
  if (!isInScope || !isBodySigned) return refuse('SignatureNotMatch');
  return { ok: true, signature: signV4(request, secret, scope) };
}

/**
 * Verifies either signature of the log service: API version, date (within fifteen minutes of the real or the moved
 * time), key, token, body hash, signature. `undefined` means the caller is who it says.
 */
export function authenticate(gate: Gate, request: SignedRequest, body: Buffer): Refusal | undefined {
  const { headers } = request;
  const apiVersion = headers.get('x-log-apiversion');
  if (apiVersion === undefined) return refuse('MissingAPIVersion');
  if (apiVersion !== '0.6.0') return refuse('InvalidAPIVersion');
  const date = checkDate(headers, gate.clock);
  if (date !== undefined) return date;
  const authorization = parseAuthorization(headers.get('authorization') ?? '');
  if (authorization === undefined) return refuse('MissAccessKeyId');

  const securityToken = headers.get('x-acs-security-token');
  const key = findKey(gate.credentials, { accessKeyId: authorization.accessKeyId, securityToken });
  if (key.kind === 'unknown-key') return refuse('InvalidAccessKeyId');
  if (key.kind === 'token-mismatch') return refuse('Unauthorized');

  const secret = key.credentials.accessKeySecret;
  const { scheme } = authorization;
  const expected =
    scheme.version === 1 ? expectedV1(request, secret) : expectedV4(request, body, secret, scheme.scope, gate.region);
  if (!expected.ok) return expected;
  return isSameText(expected.signature, authorization.signature) ? undefined : refuse('SignatureNotMatch');
}
