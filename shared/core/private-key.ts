import { type BinaryKeyKind, type BinaryKind, binaryKind } from './der-kind.ts';
import { MAX_PEM_BLOCKS, type PemReading } from './pem.ts';

/** What a found private key is. Names a format, never anything out of the key. */
export type PrivateKeyKind =
  | BinaryKeyKind
  | 'dsa'
  | 'pem' // a BEGIN … PRIVATE KEY … line of another or a broken kind
  | 'pgp'
  | 'ssh2'
  | 'putty'
  | 'jwk'
  | 'xml';

/** PEM labels with a kind of their own; every other label that says PRIVATE KEY is `pem`. */
const LABELS: Readonly<Record<string, PrivateKeyKind>> = {
  'PRIVATE KEY': 'pkcs8',
  'ENCRYPTED PRIVATE KEY': 'encrypted-pkcs8',
  'RSA PRIVATE KEY': 'rsa',
  'EC PRIVATE KEY': 'ec',
  'DSA PRIVATE KEY': 'dsa',
  'OPENSSH PRIVATE KEY': 'openssh',
  'PGP PRIVATE KEY BLOCK': 'pgp',
  'SSH2 ENCRYPTED PRIVATE KEY': 'ssh2',
  PKCS12: 'pkcs12',
};

/**
 * A BEGIN or END line, whole or broken, in any case and spacing, also with the dashes a word processor makes. A note
 * that merely speaks of private keys has no dashes around those words.
 */
const ARMOR =
  /[-–—]{1,5} ?(?:BEGIN|END)[ _]+([^\n–—-]{0,64}?PRIVATE[\s_]{0,8}KEY(?: BLOCK)?)|PRIVATE[\s_]{0,8}KEY(?: BLOCK)? ?[-–—]{2,5}/i;
/** The same line with its dashes gone; in capitals only, as tools write it. */
const BARE_ARMOR = /\bBEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY)/;

/** What every form below contains: one look spares a certificate the others. */
const HINT = /PRIVATE|PuTTY|"kty"|RSAKeyValue/i;

/** The first line of PuTTY's own format, versions 1 to 3 and later. */
const PUTTY = /PuTTY-User-Key-File-\d/i;
/** RFC 7517: `d` is the private part of RSA and EC keys, `k` a symmetric key. */
const JWK = /"kty"\s{0,8}:/;
const JWK_SECRET = /"(?:d|k)"\s{0,8}:\s{0,8}"/;
/** .NET's `ToXmlString(true)`. */
const XML_KEY = /<RSAKeyValue>[\s\S]{0,20000}<D>/i;

/** Every DER key begins with a SEQUENCE, whose first six bits base64 writes as `M`. */
const BARE_START = /^M[A-Za-z0-9+/]{31,}={0,2}$/;
const MIN_BARE_CHARACTERS = 32;
const BASE64_LINE = /^[A-Za-z0-9+/]+={0,2}$/;

/** What one uploaded file offers to look at. */
export interface FileViews {
  readonly bytes: Buffer;
  /** What the bytes are as a whole. */
  readonly content: BinaryKind;
  /** The file as text; octets read as Latin-1 when it is none. */
  readonly text: string;
  readonly pem: PemReading;
}

/**
 * Finds private keys of every kind, whole, truncated or mislabelled: PEM in any encoding and letter case, OpenSSH,
 * PuTTY, PGP, JWK, XML; DER PKCS #8 (encrypted or not), PKCS #1, SEC 1, PKCS #12; JKS and JCEKS; and the DER forms as
 * base64, inside a PEM block with another label or with no armor at all.
 *
 * @returns the kind of the first one found. Packed files are not opened.
 */
export function findPrivateKey({ bytes, content, text, pem }: FileViews): PrivateKeyKind | undefined {
  return keyIn(content) ?? keyInBlocks(pem) ?? keyInText(text) ?? keyInText(withoutZeros(bytes)) ?? bareKey(text, pem);
}

function keyIn(content: BinaryKind): PrivateKeyKind | undefined {
  return content.what === 'private-key' ? content.key : undefined;
}

function keyInBlocks(pem: PemReading): PrivateKeyKind | undefined {
  if (pem.kind !== 'blocks') return undefined;
  for (const block of pem.blocks) {
    const kind = kindOfLabel(block.label) ?? (block.kind === 'block' ? keyIn(block.content) : undefined);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function keyInText(text: string): PrivateKeyKind | undefined {
  if (!HINT.test(text)) return undefined;
  const armor = ARMOR.exec(text) ?? BARE_ARMOR.exec(text);
  if (armor !== null) return kindOfLabel((armor[1] ?? '').toUpperCase()) ?? 'pem';
  if (PUTTY.test(text)) return 'putty';
  if (JWK.test(text) && JWK_SECRET.test(text)) return 'jwk';
  return XML_KEY.test(text) ? 'xml' : undefined;
}

function kindOfLabel(label: string): PrivateKeyKind | undefined {
  const known = Object.hasOwn(LABELS, label) ? LABELS[label] : undefined;
  return known ?? (/PRIVATE[\s_]*KEY/.test(label) ? 'pem' : undefined);
}

/** The octets as text without zeros: UTF-16 and UTF-32 in either order and at any offset become ASCII again. */
function withoutZeros(bytes: Buffer): string {
  return bytes.includes(0) ? bytes.toString('latin1').replaceAll('\u0000', '') : '';
}

/** A key somebody pasted without its BEGIN and END lines: lines of base64 that decode to the start of one. */
function bareKey(text: string, pem: PemReading): PrivateKeyKind | undefined {
  const outside = pem.kind === 'blocks' ? pem.outside : text;
  if (outside.length < MIN_BARE_CHARACTERS) return undefined;
  const lines = outside.split(/[\r\n]+/).map((line) => line.trim());
  let tries = 0;
  for (let start = 0; start < lines.length && tries < MAX_PEM_BLOCKS; start += 1) {
    if (!BARE_START.test(lines[start] ?? '')) continue;
    tries += 1;
    const length = lines.slice(start).findIndex((line) => !BASE64_LINE.test(line));
    const run = lines.slice(start, length === -1 ? undefined : start + length);
    const kind = keyIn(binaryKind(Buffer.from(run.join(''), 'base64')));
    if (kind !== undefined) return kind;
    start += run.length - 1;
  }
  return undefined;
}
