import type { Brand } from './brand.ts';

/** Foreign text made safe to show a person in a chat, a terminal, a web page or a spreadsheet. */
export type DisplayText = Brand<string, 'DisplayText'>;

/** The length above which text is cut, in characters (code points). */
export const DISPLAY_TEXT_MAX_CHARACTERS = 80;

const ELLIPSIS = '…';
/** Stands for every character that may not be shown and has no picture of its own. */
const REPLACEMENT = '\u{FFFD}';

/** Markdown (DingTalk), HTML and mentions: each becomes its full-width twin, which reads alike and means nothing. */
const MARKUP = /[*_~`#<>&[\]()!|\\"'@]/gu;

/**
 * Controls, format characters (bidi, zero-width, tags), lone surrogates, private use, unassigned code points, line
 * separators, and letters that print as nothing (Hangul fillers, variation selectors).
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Any blank but U+0020 (no-break, em, ideographic): looks like a space and compares unequal to it. */
const ODD_BLANK = /(?! )\p{Zs}/gu;

/** More than two marks on one letter climb over the neighbouring lines. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** What most text is made of, and nothing that the steps below would touch (`w` and `:` can start a link). */
const HARMLESS = /^[a-vxyzA-VXYZ0-9 ,.;=+/%^{}$?-]*$/;

/**
 * Makes foreign text safe to show. Controls become their pictures (`␛`), other invisible characters `�`, markup
 * characters their full-width twins, `://` and `www.` are broken so that nothing turns into a link, and what is
 * longer than `maxCharacters` ends in `…`. Applying it twice changes nothing more.
 *
 * @param untrusted - Anything from outside: file names, certificate subjects, service texts.
 * @param maxCharacters - At least 1; counted in code points.
 */
export function displayText(untrusted: string, maxCharacters: number = DISPLAY_TEXT_MAX_CHARACTERS): DisplayText {
  if (untrusted.length <= maxCharacters && HARMLESS.test(untrusted)) return untrusted as DisplayText;
  // Cutting the input first keeps the work small; the extra room is for piled marks, which take none afterwards.
  const bounded = untrusted.slice(0, maxCharacters * 8);
  const shown = bounded
    .replace(HIDDEN, picture)
    .replace(ODD_BLANK, ' ')
    .replace(PILED_MARKS, '$1')
    .replaceAll('://', ':／／')
    .replace(/www\./giu, (found) => `${found.slice(0, 3)}．`)
    .replace(MARKUP, fullWidth);
  return cut(shown, maxCharacters, bounded.length < untrusted.length) as DisplayText;
}

/**
 * One CSV cell (RFC 4180 quoting). A cell a spreadsheet would run as a formula, also behind full-width signs, gets a
 * leading apostrophe.
 */
export function csvCell(text: DisplayText): string {
  const inert = /^\s*[=+\-@＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^\s|\s$/u.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : REPLACEMENT;
}

function fullWidth(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 0xfee0);
}

function cut(text: string, maxCharacters: number, hasMore: boolean): string {
  const characters = Array.from(text); // by code point
  if (characters.length <= maxCharacters - (hasMore ? 1 : 0)) return hasMore ? `${text}${ELLIPSIS}` : text;
  return `${characters.slice(0, Math.max(0, maxCharacters - 1)).join('')}${ELLIPSIS}`;
}
