import type { JsonNameParams } from '@peculiar/x509';

/** The attribute types a subject may use, with the most characters X.520 allows (RFC 5280 appendix A.1). */
const MAX_CHARACTERS: Readonly<Record<string, number>> = { CN: 64, O: 64, OU: 64, L: 128, ST: 128, C: 2 };

/** A distinguished name, or why the text is none. */
export type NameReading =
  | { readonly kind: 'name'; readonly name: JsonNameParams }
  | { readonly kind: 'unreadable'; readonly problem: string };

/**
 * Reads `CN=plant 7,O=Acme,C=CN`; a comma inside a value is written `\,`.
 *
 * The result names every string type itself: UTF8String as RFC 5280 section 4.1.2.4 asks of new certificates, and
 * PrintableString for the country. (The library's own parser guesses, and reads a leading `#` as raw bytes.)
 */
export function parseDistinguishedName(text: string): NameReading {
  const name: JsonNameParams = [];
  for (const part of splitUnescaped(text)) {
    const at = part.indexOf('=');
    const type = part.slice(0, Math.max(at, 0)).trim().toUpperCase();
    const value = part.slice(at + 1).trim();
    const problem = problemOf(type, value);
    if (problem !== undefined) return { kind: 'unreadable', problem };
    name.push({ [type]: [type === 'C' ? { printableString: value.toUpperCase() } : { utf8String: value }] });
  }
  return { kind: 'name', name };
}

/** A name with only a common name. */
export function commonNameOnly(value: string): JsonNameParams {
  return [{ CN: [{ utf8String: value }] }];
}

/**
 * Why a text can not be a common name, `undefined` when it can: 1 to 64 characters (ub-common-name), no control or
 * format characters, no blanks around it.
 */
export function commonNameProblem(value: string): string | undefined {
  return problemOf('CN', value);
}

function problemOf(type: string, value: string): string | undefined {
  const max = MAX_CHARACTERS[type];
  if (max === undefined) return `"${type}" is none of ${Object.keys(MAX_CHARACTERS).join(', ')}`;
  if (value === '') return `${type} is empty`;
  if (value !== value.trim()) return `${type} has blanks around it`;
  if (Array.from(value).length > max) return `${type} is longer than ${max} characters`;
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(value)) return `${type} holds a control character`;
  if (type === 'C' && !/^[A-Za-z]{2}$/.test(value)) return 'C is not a two-letter country code';
  return undefined;
}

function splitUnescaped(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    const last = parts.length - 1;
    if (text[at] === '\\' && at + 1 < text.length) {
      at += 1;
      parts[last] = `${parts[last] ?? ''}${text[at] ?? ''}`;
    } else if (text[at] === ',') parts.push('');
    else parts[last] = `${parts[last] ?? ''}${text[at] ?? ''}`;
  }
  return parts;
}
