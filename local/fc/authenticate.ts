import { isNear, type LocalClock } from '../clock.ts';
import { findKey, type LocalCredentials } from '../credentials.ts';
import { mustBeSigned, parseAuthorization, signV3 } from '../mqtt/signature.ts';
import { isSameText } from '../same-text.ts';
import { type SignedRequest, sha256Hex } from '../signed-request.ts';
import { type FcRefusal, refuse } from './errors.ts';
import { isContentMd5, parseFcAuthorization, signFc } from './fc-signature.ts';

/** What a caller is checked against. */
export interface FcGate {
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly accountId: string;
}

const WINDOW_MS = 15 * 60_000;

/**
 * Verifies who calls, by either signature the service takes: its own (`FC id:signature`, as `@alicloud/fc2` sends it) or
 * `ACS3-HMAC-SHA256` (as the generated SDKs do), each with its body digest, its date within fifteen minutes of the real
 * or the moved time, and its token. `undefined` means that the caller is who it says.
 */
export function authenticate(gate: FcGate, request: SignedRequest, body: Buffer): FcRefusal | undefined {
  const header = request.headers.get('authorization');
  if (header === undefined) return refuse('MissingRequiredHeader', 'Authorization');
  const own = parseFcAuthorization(header);
  if (own !== undefined) return checkOwn(gate, request, body, own);
  const v3 = parseAuthorization(header);
  if (v3 !== undefined) return checkV3(gate, request, body, v3);
  return refuse('AccessDenied', 'the Authorization header is of neither form');
}

type Key = { readonly ok: true; readonly secret: string } | FcRefusal;

function keyOf(gate: FcGate, accessKeyId: string, securityToken: string | undefined): Key {
  const found = findKey(gate.credentials, { accessKeyId, securityToken });
  switch (found.kind) {
    case 'found':
      return { ok: true, secret: found.credentials.accessKeySecret };
    case 'unknown-key':
      return refuse('InvalidAccessKeyID');
    case 'token-mismatch':
      return refuse('AccessDenied', 'the security token does not belong to the key');
    default:
      throw new Error(`no such look-up: ${String(found satisfies never)}`);
  }
}

function checkDate(gate: FcGate, header: string, text: string | undefined): FcRefusal | undefined {
  if (text === undefined) return refuse('MissingRequiredHeader', header);
  const date = Date.parse(text);
  if (Number.isNaN(date)) return refuse('InvalidArgument', `${header} is no date`);
  return isNear(gate.clock, date, WINDOW_MS)
    ? undefined
    : refuse('AccessDenied', `${header} is more than fifteen minutes away`);
}

function checkOwn(
  gate: FcGate,
  request: SignedRequest,
  body: Buffer,
  said: { readonly accessKeyId: string; readonly signature: string },
): FcRefusal | undefined {
  const { headers } = request;
  const key = keyOf(gate, said.accessKeyId, headers.get('x-fc-security-token'));
  if (!key.ok) return key;
  const account = headers.get('x-fc-account-id');
  if (account !== undefined && account !== gate.accountId) return refuse('AccessDenied', 'the account is another one');
  const date = checkDate(gate, 'Date', headers.get('date'));
  if (date !== undefined) return date;
  const md5 = headers.get('content-md5');
  if (md5 !== undefined && !isContentMd5(md5, body)) return refuse('InvalidArgument', 'Content-MD5 is not the body’s');
  return isSameText(said.signature, signFc(request, key.secret)) ? undefined : refuse('SignatureNotMatch');
}

const V3_HEADERS = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
];

function checkV3(
  gate: FcGate,
  request: SignedRequest,
  body: Buffer,
  said: { readonly accessKeyId: string; readonly signedHeaders: readonly string[]; readonly signature: string },
): FcRefusal | undefined {
  const { headers } = request;
  const missing = V3_HEADERS.find((name) => !headers.has(name));
  if (missing !== undefined) return refuse('MissingRequiredHeader', missing);
  const unsigned = [...headers.keys()].find((name) => mustBeSigned(name) && !said.signedHeaders.includes(name));
  if (unsigned !== undefined) return refuse('SignatureNotMatch', `${unsigned} is not signed`);
  const key = keyOf(gate, said.accessKeyId, headers.get('x-acs-security-token'));
  if (!key.ok) return key;
  const date = checkDate(gate, 'x-acs-date', headers.get('x-acs-date'));
  if (date !== undefined) return date;
  const isBodySigned = headers.get('x-acs-content-sha256') === sha256Hex(body);
  const expected = signV3(request, said.signedHeaders, key.secret);
  return isBodySigned && isSameText(said.signature, expected) ? undefined : refuse('SignatureNotMatch');
}
