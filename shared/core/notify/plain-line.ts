import { maskCodes } from '../registration-code.ts';

/** How many characters (code points) one line of a message may have. */
const LINE_MAX_CHARACTERS = 600;

// Records are made of safe text, but they lie in a bucket, and a message must be right even if one was tampered with.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const BLANKS = /\s+/gu;

/**
 * One line for a message: no line breaks, controls, bidi or zero-width characters, nothing that a chat makes a link of,
 * and nothing that looks like a key, a token or a signed address. What is longer than the limit ends in `…`.
 */
export function plainLine(text: string, maxCharacters: number = LINE_MAX_CHARACTERS): string {
  const bounded = text.slice(0, maxCharacters * 4);
  const line = masked(bounded.replace(BLANKS, ' ').replace(HIDDEN, '\u{FFFD}'))
    .replaceAll('://', ':／／')
    .replace(/www\./giu, (found) => `${found.slice(0, 3)}．`)
    .trim();
  const characters = Array.from(line);
  if (characters.length <= maxCharacters && bounded.length === text.length) return line;
  return `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** Whether a text can stand in a message as it is. */
export function isPlainLine(text: string): boolean {
  return plainLine(text) === text;
}

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

function masked(text: string): string {
  return maskCodes(text)
    .replace(PEM, MASK)
    .replace(CREDENTIAL, (_, name: string, equals: string) => `${name}${equals}${MASK}`)
    .replace(KEY_NAMES, MASK)
    .replace(LONG_HEX, MASK)
    .replace(BASE64, (found) => (isMixed(found) ? MASK : found));
}

function isMixed(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
}
