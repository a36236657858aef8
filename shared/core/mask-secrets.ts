import { maskCodes } from './registration-code.ts';

const MASK = '［…］';
/** From its first line on, whatever follows: the body of a key may be cut or wrapped in any way. */
const PEM = /-{2,}\s?BEGIN\b.*/gi;
/** Parameters of signed addresses and of robots' addresses, with `=` as it is or full-width. */
const CREDENTIAL =
  /\b(access_token|sign|signature|x-oss-[a-z-]+|x-acs-[a-z-]+|security-?token|ossaccesskeyid|accesskey[a-z]*|secret|token|password|key)([=＝])[^\s&；，,;]+/gi;
/** Alibaba Cloud's access key ids and temporary ones, robots' and webhooks' secrets. */
const KEY_NAMES = /\b(?:LTAI|STS\.|SEC(?=[A-Za-z0-9]{16})|whsec_|xox[a-z]-)[A-Za-z0-9+/=_.-]{8,}/g;
/** Hex longer than any serial (40 digits), as robots' tokens are. */
const LONG_HEX = /(?<![0-9A-Za-z])[0-9a-f]{48,}(?![0-9A-Za-z])/gi;
/** What base64 looks like; a path of ours has other characters in it or is told apart by its first folder. */
const BASE64 =
  /(?<![0-9A-Za-z+/=._-])(?!(?:inbox|registered|rejected|quarantine|watch|control|outbox|state)\/)[0-9A-Za-z+/]{40,}={0,2}/g;

/** A part of a path that looks like base64: whoever wraps a key in a name has no slash in it. */
const BASE64_SEGMENT = /(?<=\/)[0-9A-Za-z+]{40,}={0,2}(?![0-9A-Za-z+=])/g;

/**
 * A text without what looks like a key, a token, a password, a registration code or a signed address, wherever somebody
 * put it: also into the name of a file. Applying it twice changes nothing more.
 */
export function maskSecrets(text: string): string {
  return maskCodes(text)
    .replace(PEM, MASK)
    .replace(CREDENTIAL, (_, name: string, equals: string) => `${name}${equals}${MASK}`)
    .replace(KEY_NAMES, MASK)
    .replace(LONG_HEX, MASK)
    .replace(BASE64, maskMixed)
    .replace(BASE64_SEGMENT, maskMixed);
}

function maskMixed(found: string): string {
  return isMixed(found) ? MASK : found;
}

function isMixed(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
}
