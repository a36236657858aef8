import { createHash } from 'node:crypto';
import type { LocalClock } from '../clock.ts';
import { findKey, type LocalCredentials } from '../credentials.ts';
import { isSameText } from '../same-text.ts';
import { refusal } from './refusal.ts';
import { canonicalRequestOf, type EmptyValueStyle, type SignedParts, signV4, stringToSignOf } from './v4-signature.ts';

/** OSS refuses a request whose time is further than this from its own. */
const MAX_SKEW_MS = 15 * 60_000;
/** V4 links live at most seven days. */
const MAX_LINK_SECONDS = 7 * 24 * 3600;
const SCHEME = 'OSS4-HMAC-SHA256';
const LINK_SIGNATURE = 'x-oss-signature';

/** The request as it came in, before anything in it is believed. */
export type UnverifiedRequest = Omit<SignedParts, 'additionalHeaders'>;

/** Whose signatures are accepted, and when. */
export interface SignatureRules {
  /** Read anew for each request, so that keys may be added while the stand-in runs. */
  readonly credentials: readonly LocalCredentials[];
  /** Without the `oss-` prefix. */
  readonly region: string;
  readonly clock: LocalClock;
}

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly date: string;
  readonly signature: string;
  readonly securityToken: string | undefined;
  /** A link is good for this long after its date; a header signature for the permitted skew. */
  readonly lifetimeMs: number;
  readonly isLink: boolean;
  readonly parts: SignedParts;
}

/** Whether the request is signed in its query, as a link is. */
export function isSignedLink(query: ReadonlyMap<string, string>): boolean {
  return query.has(LINK_SIGNATURE);
}

/** The number that event records name a key's owner by: derived from the key id, which events never carry. */
export function principalIdOf(accessKeyId: string): string {
  const number = createHash('sha256').update(accessKeyId).digest().readBigUInt64BE();
  return String(10n ** 17n + (number % (9n * 10n ** 17n))); // 18 digits
}

/**
 * Verifies the V4 signature of a request, in its headers or as a link.
 *
 * @returns The key that signed it.
 * @throws OssRefusal with the documented code: AccessDenied (not signed, signed with V1, or an expired link),
 *   InvalidArgument (a signature that cannot be read), InvalidAccessKeyId, InvalidSecurityToken,
 *   AccessKeyIdAndSecurityTokenNotMatch, RequestTimeTooSkewed, SignatureDoesNotMatch.
 */
export function verifySignature(request: UnverifiedRequest, rules: SignatureRules): LocalCredentials {
  const claim = isSignedLink(request.query) ? claimOfLink(request, rules) : claimOfHeader(request, rules);
  const credentials = credentialsOf(claim, rules);
  checkTime(claim, rules.clock);
  const scope = { day: claim.day, region: rules.region };
  const styles: readonly EmptyValueStyle[] = [...request.query.values()].includes('') ? ['bare', 'equals'] : ['bare'];
  const strings = styles.map((style) => stringToSignOf(canonicalRequestOf(claim.parts, style), claim.date, scope));
  const matches = (text: string): boolean =>
    isSameText(signV4(credentials.accessKeySecret, scope, text), claim.signature);
  if (strings.some(matches)) return credentials;
  const [stringToSign = ''] = strings;
  throw refusal('SignatureDoesNotMatch', {
    details: {
      OSSAccessKeyId: claim.accessKeyId,
      SignatureProvided: claim.signature,
      StringToSign: stringToSign,
      StringToSignBytes: Buffer.from(stringToSign).toString('hex').replace(/../g, '$& ').trim(),
    },
  });
}

function claimOfHeader(request: UnverifiedRequest, rules: SignatureRules): Claim {
  const authorization = request.headers.get('authorization');
  if (authorization === undefined) {
    const isV1Link = request.query.has('OSSAccessKeyId');
    throw refusal('AccessDenied', {
      message: isV1Link ? V1_IS_CLOSED : 'You are anonymous; the request is not signed.',
    });
  }
  if (authorization.startsWith('OSS ')) throw refusal('AccessDenied', { message: V1_IS_CLOSED });
  const match =
    /^OSS4-HMAC-SHA256 +Credential=([^,]+),\s*(?:AdditionalHeaders=([^,]*),\s*)?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (match === null) throw refusal('InvalidArgument', { message: 'The Authorization header cannot be read.' });
  if (request.headers.get('x-oss-content-sha256') !== 'UNSIGNED-PAYLOAD') {
    throw refusal('InvalidArgument', { message: 'x-oss-content-sha256 must be UNSIGNED-PAYLOAD.' });
  }
  const date = request.headers.get('x-oss-date');
  if (date === undefined) throw refusal('AccessDenied', { message: 'The request carries no x-oss-date.' });
  const additionalHeaders = additionalOf(match[2]);
  return {
    ...readCredential(match[1] ?? '', rules.region),
    date,
    signature: match[3] ?? '',
    securityToken: request.headers.get('x-oss-security-token'),
    lifetimeMs: MAX_SKEW_MS,
    isLink: false,
    parts: { ...request, additionalHeaders },
  };
}

const V1_IS_CLOSED =
  'Signature version 1 is closed to new buckets; sign with version 4 (ali-oss: authorizationV4: true).';

function claimOfLink(request: UnverifiedRequest, rules: SignatureRules): Claim {
  const { query } = request;
  if (query.get('x-oss-signature-version') !== SCHEME) {
    throw refusal('InvalidArgument', { message: `x-oss-signature-version must be ${SCHEME}.` });
  }
  const expires = query.get('x-oss-expires') ?? '';
  const seconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > MAX_LINK_SECONDS) {
    throw refusal('InvalidArgument', { message: 'x-oss-expires must be between 1 and 604800 seconds.' });
  }
  const additionalHeaders = additionalOf(query.get('x-oss-additional-headers'));
  const signedQuery = new Map([...query].filter(([name]) => name !== LINK_SIGNATURE));
  return {
    ...readCredential(query.get('x-oss-credential') ?? '', rules.region),
    date: query.get('x-oss-date') ?? '',
    signature: query.get(LINK_SIGNATURE) ?? '',
    securityToken: query.get('x-oss-security-token'),
    lifetimeMs: seconds * 1000,
    isLink: true,
    parts: { ...request, query: signedQuery, additionalHeaders },
  };
}

function additionalOf(joined: string | undefined): readonly string[] {
  return joined === undefined || joined === '' ? [] : joined.toLowerCase().split(';').slice(0, 64);
}

function readCredential(text: string, region: string): Pick<Claim, 'accessKeyId' | 'day'> {
  const [accessKeyId, day, scopeRegion, product, terminator, ...rest] = text.split('/');
  const isReadable = product === 'oss' && terminator === 'aliyun_v4_request' && rest.length === 0;
  if (accessKeyId === undefined || day === undefined || !/^\d{8}$/.test(day) || !isReadable) {
    throw refusal('InvalidArgument', { message: 'The credential of the signature cannot be read.' });
  }
  if (scopeRegion !== region) {
    throw refusal('InvalidArgument', {
      message: `The signature is made for another region; this bucket is in ${region}.`,
    });
  }
  return { accessKeyId, day };
}

function credentialsOf(claim: Claim, rules: SignatureRules): LocalCredentials {
  const { accessKeyId, securityToken } = claim;
  const lookup = findKey(rules.credentials, { accessKeyId, securityToken });
  if (lookup.kind === 'found') return lookup.credentials;
  // A temporary key without its token is a key that the service does not know.
  if (lookup.kind === 'unknown-key' || securityToken === undefined) {
    throw refusal('InvalidAccessKeyId', { details: { OSSAccessKeyId: accessKeyId } });
  }
  const isOfAnotherKey = rules.credentials.some((candidate) => candidate.securityToken === securityToken);
  throw refusal(isOfAnotherKey ? 'AccessKeyIdAndSecurityTokenNotMatch' : 'InvalidSecurityToken');
}

function checkTime(claim: Claim, clock: LocalClock): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date);
  const at =
    match === null ? Number.NaN : Date.parse(claim.date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(at) || !claim.date.startsWith(claim.day)) {
    throw refusal('InvalidArgument', { message: 'The date of the signature cannot be read or is not its scope.' });
  }
  const isTimely = (now: number): boolean => now >= at - MAX_SKEW_MS && now <= at + claim.lifetimeMs;
  if (isTimely(clock.realNow()) || isTimely(clock.now())) return;
  if (claim.isLink) throw refusal('AccessDenied', { message: 'Request has expired.' });
  throw refusal('RequestTimeTooSkewed', {
    details: {
      RequestTime: claim.date,
      ServerTime: new Date(clock.now()).toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    },
  });
}
