import { isNear, type LocalClock } from '../clock.ts';
import { findKey, type LocalCredentials } from '../credentials.ts';
import { isSameText } from '../same-text.ts';
import { type SignedRequest, sha256Hex } from '../signed-request.ts';
import { type Refusal, refuse } from './errors.ts';
import type { NonceMemory } from './nonces.ts';
import type { MqttSettings } from './settings.ts';
import { mustBeSigned, parseAuthorization, signV3 } from './signature.ts';

/** What the gateway checks a caller against. */
export interface Gate {
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly nonces: NonceMemory;
}

const WINDOW_MS = 15 * 60_000;
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/u;
const NONCE_MAX_CHARS = 128;

function checkDate(text: string, clock: LocalClock): Refusal | undefined {
  const date = DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return refuse('InvalidTimeStamp.Format');
  return isNear(clock, date, WINDOW_MS) ? undefined : refuse('InvalidTimeStamp.Expired');
}

type KeyCheck = { readonly ok: true; readonly secret: string } | Refusal;

function checkKey(gate: Gate, accessKeyId: string, token: string | undefined, settings: MqttSettings): KeyCheck {
  if (settings.inactiveKeys.includes(accessKeyId)) return refuse('InvalidAccessKeyId.Inactive');
  if (settings.expiredKeys.includes(accessKeyId)) return refuse('InvalidSecurityToken.Expired');
  const found = findKey(gate.credentials, { accessKeyId, securityToken: token });
  switch (found.kind) {
    case 'found':
      return { ok: true, secret: found.credentials.accessKeySecret };
    case 'unknown-key':
      return refuse('InvalidAccessKeyId.NotFound');
    case 'token-mismatch':
      if (token === undefined) return refuse('MissingSecurityToken');
      return refuse(
        accessKeyId.startsWith('STS.')
          ? 'InvalidSecurityToken.MismatchWithAccessKey'
          : 'InvalidSecurityToken.Malformed',
      );
    default:
      throw new Error(`no such look-up: ${String(found satisfies never)}`);
  }
}

/** The header block itself: the algorithm, every mandatory header, and nothing left unsigned. */
function checkShape(request: SignedRequest, signedHeaders: readonly string[]): Refusal | undefined {
  const needed = [
    'host',
    'x-acs-action',
    'x-acs-version',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-content-sha256',
  ];
  const missing = needed.filter((name) => !request.headers.has(name));
  if (missing.length > 0) return refuse('IncompleteSignature', `missing: ${missing.join(', ')}`);
  const unsigned = [...request.headers.keys()].filter((name) => mustBeSigned(name) && !signedHeaders.includes(name));
  return unsigned.length > 0 ? refuse('IncompleteSignature', `not signed: ${unsigned.join(', ')}`) : undefined;
}

/**
 * Verifies signature V3 of a request: key, token, date (within fifteen minutes of the real or the moved time), body
 * hash, signature, and that the nonce is new. `undefined` means the caller is who it says.
 */
export function authenticate(
  gate: Gate,
  request: SignedRequest,
  body: Buffer,
  settings: MqttSettings,
): Refusal | undefined {
  const header = request.headers.get('authorization');
  if (header === undefined) {
    const isOlder = request.query.some(([name]) => name === 'Signature');
    return isOlder ? refuse('UnsupportedSignature') : refuse('IncompleteSignature', 'missing: authorization');
  }
  const authorization = parseAuthorization(header);
  if (authorization === undefined) {
    return refuse(header.startsWith('ACS3-HMAC-SHA256') ? 'IncompleteSignature' : 'UnsupportedSignature');
  }
  const { accessKeyId, signedHeaders, signature } = authorization;
  const shape = checkShape(request, signedHeaders);
  if (shape !== undefined) return shape;
  const key = checkKey(gate, accessKeyId, request.headers.get('x-acs-security-token'), settings);
  if (!key.ok) return key;
  const date = checkDate(request.headers.get('x-acs-date') ?? '', gate.clock);
  if (date !== undefined) return date;
  const isBodySigned = request.headers.get('x-acs-content-sha256') === sha256Hex(body);
  if (!isBodySigned || !isSameText(signature, signV3(request, signedHeaders, key.secret))) {
    return refuse('SignatureDoesNotMatch');
  }
  const nonce = request.headers.get('x-acs-signature-nonce') ?? '';
  if (nonce === '' || nonce.length > NONCE_MAX_CHARS) return refuse('IncompleteSignature', 'x-acs-signature-nonce');
  return gate.nonces.use(accessKeyId, nonce, gate.clock.realNow()) ? undefined : refuse('SignatureNonceUsed');
}
