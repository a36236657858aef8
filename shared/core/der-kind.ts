import asn1 from 'node-forge/lib/asn1.js';
import { contextTag, TAG } from './asn1-tags.ts';
import { DerError, DerSource } from './der.ts';

/** Private keys by their binary form. */
export type BinaryKeyKind = 'pkcs8' | 'encrypted-pkcs8' | 'rsa' | 'ec' | 'pkcs12' | 'jks' | 'jceks' | 'openssh';

/** What a binary file starts like. Says nothing about whether it is complete or sound. */
export type BinaryKind =
  | { readonly what: 'private-key'; readonly key: BinaryKeyKind }
  | { readonly what: 'certificate' | 'certificate-request' | 'public-key' | 'crl' | 'pkcs7' | ArchiveKind | 'unknown' };

/** Packed files, which may hold anything, a private key included. */
export type ArchiveKind =
  | 'archive-zip'
  | 'archive-gzip'
  | 'archive-7z'
  | 'archive-rar'
  | 'archive-bzip2'
  | 'archive-xz'
  | 'archive-tar';

const MAGICS: readonly (readonly [string, BinaryKind])[] = [
  ['feedfeed', { what: 'private-key', key: 'jks' }],
  ['cececece', { what: 'private-key', key: 'jceks' }],
  ['6f70656e7373682d6b65792d763100', { what: 'private-key', key: 'openssh' }], // "openssh-key-v1" and a zero octet
  ['504b0304', { what: 'archive-zip' }],
  ['504b0506', { what: 'archive-zip' }],
  ['1f8b', { what: 'archive-gzip' }],
  ['377abcaf271c', { what: 'archive-7z' }],
  ['526172211a07', { what: 'archive-rar' }],
  ['425a68', { what: 'archive-bzip2' }],
  ['fd377a585a00', { what: 'archive-xz' }],
];

/**
 * Tells what bytes are from their first elements, so that a truncated private key is still seen as one. Reads headers
 * only, at most a dozen.
 */
export function binaryKind(bytes: Buffer): BinaryKind {
  const head = bytes.subarray(0, 16).toString('hex');
  const magic = MAGICS.find(([prefix]) => head.startsWith(prefix));
  if (magic !== undefined) return magic[1];
  if (bytes.toString('latin1', 257, 262) === 'ustar') return { what: 'archive-tar' };
  return bytes[0] === TAG.sequence ? derKind(outline(bytes)) : { what: 'unknown' };
}

/** One of the first elements of a structure. Reading stops quietly where the bytes do. */
interface OutlineField {
  readonly tag: number;
  /** The first octets of an INTEGER or OID in hex; empty for other types. */
  readonly octets: string;
  readonly children: readonly OutlineField[];
}

const KEY_INTEGER_VERSIONS = new Set(['00', '01']);
/** PKCS #12 password-based encryption (1.2.840.113549.1.12.1) and PKCS #5 (1.2.840.113549.1.5), in hex. */
const PASSWORD_ENCRYPTION = /^2a864886f70d01(?:05|0c01)/;
/** PKCS #7 content types (1.2.840.113549.1.7), in hex. */
const PKCS7 = /^2a864886f70d0107/;

function derKind([first, second, third]: readonly OutlineField[]): BinaryKind {
  if (first?.tag === TAG.integer) return versionedKind(first, second, third);
  if (first?.tag === TAG.oid) return { what: PKCS7.test(first.octets) ? 'pkcs7' : 'unknown' };
  if (first?.tag !== TAG.sequence) return { what: 'unknown' };
  const [inner] = first.children;
  if (inner?.tag === TAG.oid) {
    if (second?.tag === TAG.bitString) return { what: 'public-key' };
    const encrypted = second?.tag === TAG.octetString || PASSWORD_ENCRYPTION.test(inner.octets);
    return encrypted ? { what: 'private-key', key: 'encrypted-pkcs8' } : { what: 'unknown' };
  }
  return signedKind(first.children);
}

/** `SEQUENCE { INTEGER, …`: the private key formats and PKCS #12. */
function versionedKind(
  version: OutlineField,
  second: OutlineField | undefined,
  third: OutlineField | undefined,
): BinaryKind {
  if (version.octets === '03' && second?.tag === TAG.sequence) return { what: 'private-key', key: 'pkcs12' }; // RFC 7292
  if (!KEY_INTEGER_VERSIONS.has(version.octets))
    return { what: second?.tag === TAG.integer ? 'public-key' : 'unknown' };
  // RFC 5958; the algorithm's OID tells it from other versioned structures.
  const isPkcs8 =
    second?.tag === TAG.sequence && (second.children[0]?.tag === TAG.oid || third?.tag === TAG.octetString);
  if (isPkcs8) return { what: 'private-key', key: 'pkcs8' };
  if (second?.tag === TAG.integer) return { what: 'private-key', key: 'rsa' }; // RFC 8017 A.1.2; the old DSA form too
  if (second?.tag === TAG.octetString) return { what: 'private-key', key: 'ec' }; // RFC 5915
  return { what: 'unknown' };
}

/** `SEQUENCE { SEQUENCE { … } AlgorithmIdentifier, BIT STRING }`: certificates, requests, revocation lists. */
function signedKind(body: readonly OutlineField[]): BinaryKind {
  const [first, second, third, fourth] = body;
  if (first?.tag === contextTag(0)) return { what: 'certificate' };
  if (first?.tag === TAG.sequence) return { what: isTime(third) ? 'crl' : 'unknown' }; // CRL version 1
  if (first?.tag !== TAG.integer) return { what: 'unknown' };
  if (fourth !== undefined && isTime(fourth)) return { what: 'crl' };
  // A request has its subject (SETs) where a version 1 certificate has its signature algorithm (an OID).
  return { what: second?.children[0]?.tag === TAG.oid ? 'certificate' : 'certificate-request' };
}

function isTime(field: OutlineField | undefined): boolean {
  return field?.tag === TAG.utcTime || field?.tag === TAG.generalizedTime;
}

const MAX_OUTLINE_FIELDS = 5;
const MAX_OUTLINE_OCTETS = 16;

/** Children of the outer SEQUENCE, their children, and the children of those. */
function outline(bytes: Buffer): readonly OutlineField[] {
  const [whole] = outlineFields(new DerSource(bytes), 4, 1);
  return whole?.children ?? [];
}

function outlineFields(source: DerSource, depth: number, count: number): OutlineField[] {
  const fields: OutlineField[] = [];
  while (fields.length < count && source.length() >= 2) {
    const field = outlineField(source, depth);
    if (field === undefined) break;
    fields.push(field);
  }
  return fields;
}

function outlineField(source: DerSource, depth: number): OutlineField | undefined {
  try {
    const tag = source.getByte();
    const inside = source.window(asn1.getBerValueLength(source));
    const constructed = (tag & 0x20) !== 0;
    return {
      tag,
      octets: tag === TAG.integer || tag === TAG.oid ? inside.hexPrefix(MAX_OUTLINE_OCTETS) : '',
      children: constructed && depth > 1 ? outlineFields(inside, depth - 1, MAX_OUTLINE_FIELDS) : [],
    };
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
