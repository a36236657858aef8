import { maskSecrets } from '../mask-secrets.ts';

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
  const line = maskSecrets(bounded.replace(BLANKS, ' ').replace(HIDDEN, '\u{FFFD}'))
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
