import { type BinaryKind, binaryKind } from './der-kind.ts';

/** One file may hold at most this many PEM blocks. */
export const MAX_PEM_BLOCKS = 32;

/** One block of PEM text (RFC 7468), decoded. */
export type PemBlock =
  | { readonly kind: 'block'; readonly label: string; readonly der: Buffer; readonly content: BinaryKind }
  /** A BEGIN line without what must follow it. */
  | { readonly kind: 'damaged'; readonly label: string; readonly reason: 'pem-unclosed' | 'pem-not-base64' };

/** All blocks of one text and what stands outside of them; `too-many` when there are more than 32. */
export type PemReading =
  | { readonly kind: 'blocks'; readonly blocks: readonly PemBlock[]; readonly outside: string }
  | { readonly kind: 'too-many' };

/** Any letter case, and up to 64 characters of label: what parsers refuse is still named for what it is. */
const BEGIN = /-----BEGIN ([A-Z0-9][A-Z0-9 ._/#-]{0,63}?) ?-----/gi;

const END = /-----END ([A-Z0-9][A-Z0-9 ._/#-]{0,63}?) ?-----/i;

/** RFC 1421 headers inside a block (`Proc-Type: 4,ENCRYPTED`), and the blank line that ends them. */
const HEADERS = /^(?:[A-Za-z-]{1,40}: ?[^\n]*\n)+\n/;

/** Every blank RFC 7468 section 3 lets a reader skip. */
const BLANKS = /[ \t\r\n\v\f]+/g;

/**
 * Splits a text into its PEM blocks. Tolerates CRLF, blanks at line ends, lines of any length, text before, between
 * and after, any letter case of BEGIN and END, and line feeds written as the two characters `\n`
 * (as the service's own examples do). Base64 is strict: nothing skipped, padding right, no stray bits.
 */
export function splitPem(text: string): PemReading {
  const source = text.includes('-----\\n') || text.includes('-----\\r\\n') ? realLineFeeds(text) : text;
  const starts = [...source.matchAll(BEGIN)];
  if (starts.length > MAX_PEM_BLOCKS) return { kind: 'too-many' };
  const blocks: PemBlock[] = [];
  const outside: string[] = [];
  let position = 0;
  starts.forEach((start, index) => {
    const zone = source.slice(start.index + start[0].length, starts[index + 1]?.index);
    const label = (start[1] ?? '').toUpperCase();
    const end = findEnd(zone, label);
    outside.push(source.slice(position, start.index));
    position = start.index + start[0].length + (end === undefined ? zone.length : end.after);
    blocks.push(
      end === undefined ? { kind: 'damaged', label, reason: 'pem-unclosed' } : decode(label, zone.slice(0, end.at)),
    );
  });
  outside.push(source.slice(position));
  return { kind: 'blocks', blocks, outside: outside.join('\n') };
}

/** PEM of a certificate as the service is sent it: label CERTIFICATE, 64 characters a line, LF, final newline. */
export function certificatePem(der: Buffer): string {
  const base64 = der.toString('base64');
  const lines: string[] = [];
  for (let start = 0; start < base64.length; start += 64) lines.push(base64.slice(start, start + 64));
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Decodes base64 that is exactly that, blanks aside; `undefined` for anything else, the empty text included. */
export function strictBase64(text: string): Buffer | undefined {
  const digits = text.replace(BLANKS, '');
  const bytes = Buffer.from(digits, 'base64');
  // Node skips what it does not know and forgives padding; encoding again shows whether it did.
  return bytes.length > 0 && bytes.toString('base64') === digits ? bytes : undefined;
}

function findEnd(zone: string, label: string): { readonly at: number; readonly after: number } | undefined {
  const usual = `-----END ${label}-----`;
  const at = zone.indexOf('-----END ');
  if (at !== -1 && zone.startsWith(usual, at)) return { at, after: at + usual.length };
  const match = END.exec(zone);
  if (match?.[1]?.toUpperCase() !== label) return undefined;
  return { at: match.index, after: match.index + match[0].length };
}

function decode(label: string, body: string): PemBlock {
  const der = strictBase64(body.includes(':') ? withoutHeaders(body) : body);
  if (der === undefined) return { kind: 'damaged', label, reason: 'pem-not-base64' };
  return { kind: 'block', label, der, content: binaryKind(der) };
}

function withoutHeaders(body: string): string {
  return body
    .replaceAll('\r\n', '\n')
    .replace(/^[ \t]*\n/, '')
    .replace(HEADERS, '');
}

function realLineFeeds(text: string): string {
  return text.replaceAll('\\r\\n', '\n').replaceAll('\\n', '\n');
}
