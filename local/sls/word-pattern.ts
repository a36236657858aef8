import type { TextIndex } from './index-definition.ts';

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
const HAN = /\p{Script=Han}/u;

/** The delimiters as the inside of a character class; an empty one matches nothing. */
const classOf = (delimiters: string): string => delimiters.replaceAll(/[\\\]^-]/gu, '\\$&');

/** One word as a pattern that finds it between delimiters. */
function wordPattern(word: string, wildcards: boolean, index: TextIndex): RegExp {
  const { delimiters, caseSensitive, chn } = index;
  const inside = delimiters === '' ? '[\\s\\S]' : `[^${classOf(delimiters)}]`;
  const body = wildcards
    ? word
        .replaceAll(/\*+/gu, '*') // runs of stars mean one star and would only cost time
        .split(/([*?])/u)
        .map((part) => (part === '*' ? `${inside}*` : part === '?' ? inside : escapeRegExp(part)))
        .join('')
    : escapeRegExp(word);
  const isWhole = !(chn && HAN.test(word));
  const pattern = isWhole ? `(?<!${inside})${body}(?!${inside})` : body;
  return new RegExp(pattern, caseSensitive ? 'u' : 'iu');
}

/**
 * The words of a searched text as patterns, all of which must be found, in any order. A wildcard `?` is no delimiter
 * there.
 */
export function patternsOf(text: string, wildcards: boolean, index: TextIndex): readonly RegExp[] {
  const delimiters = classOf(wildcards ? index.delimiters.replaceAll('?', '') : index.delimiters);
  const words = delimiters === '' ? [text] : text.split(new RegExp(`[${delimiters}]+`, 'u'));
  return words.filter((word) => word !== '').map((word) => wordPattern(word, wildcards, index));
}
