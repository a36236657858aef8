import { TAG } from './asn1-tags.ts';
import type { BasicConstraints, KeyUsage } from './certificate-facts.ts';
import { childrenOf, contentOf, type DerElement, DerError, membersOf, octetsOf, parseValue, textOf } from './der.ts';

/** The content octets of id-ce-basicConstraints and id-ce-keyUsage (2.5.29.19 and 2.5.29.15). */
const BASIC_CONSTRAINTS = 'U\u001d\u0013';
const KEY_USAGE = 'U\u001d\u000f';

/** Bit 5 of KeyUsage, counted from the left (RFC 5280 section 4.2.1.3). */
const KEY_CERT_SIGN = 0x04;

/** The extensions this project reads. */
export interface ExtensionFacts {
  readonly basicConstraints: BasicConstraints;
  readonly keyUsage: KeyUsage;
}

interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

/** The extensions of a certificate that has none. */
export const NO_EXTENSIONS: ExtensionFacts = { basicConstraints: { present: false }, keyUsage: { present: false } };

/**
 * Reads basicConstraints and keyUsage. Of a repeated extension the first counts here; OpenSSL sees an invalid
 * certificate, and the checks compare the two readings.
 *
 * @param wrapper - The `[3]` field of the TBSCertificate.
 * @throws DerError when the extensions are not a list of extensions, or one of the two read here is malformed.
 */
export function readExtensions(bytes: Buffer, wrapper: DerElement): ExtensionFacts {
  const [list, ...rest] = childrenOf(bytes, wrapper);
  if (list?.tag !== TAG.sequence || rest.length > 0) throw new DerError('not-der');
  let constraints: Extension | undefined;
  let usage: Extension | undefined;
  for (const element of childrenOf(bytes, list)) {
    const [oid, ...fields] = childrenOf(bytes, element);
    if (oid?.tag !== TAG.oid) throw new DerError('not-der');
    const name = textOf(bytes, oid);
    if (name === BASIC_CONSTRAINTS) constraints ??= readExtension(bytes, fields);
    if (name === KEY_USAGE) usage ??= readExtension(bytes, fields);
  }
  return {
    basicConstraints: constraints === undefined ? { present: false } : readBasicConstraints(constraints),
    keyUsage: usage === undefined ? { present: false } : readKeyUsage(usage),
  };
}

/** RFC 5280 section 4.1: extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING. */
function readExtension(bytes: Buffer, fields: readonly DerElement[]): Extension {
  const flag = fields.length === 2 ? fields[0] : undefined;
  const value = fields.at(-1);
  if (value?.tag !== TAG.octetString || (flag !== undefined && flag.tag !== TAG.boolean)) throw new DerError('not-der');
  return {
    critical: flag !== undefined && contentOf(bytes, flag).some((octet) => octet !== 0),
    value: contentOf(bytes, value),
  };
}

function readBasicConstraints({ critical, value }: Extension): BasicConstraints {
  const fields = membersOf(parseValue(value));
  const flag = fields.find((field) => field.tagClass === 0 && field.type === TAG.boolean);
  const length = fields.find((field) => field.tagClass === 0 && field.type === TAG.integer);
  return {
    present: true,
    critical,
    ca: flag !== undefined && octetsOf(flag) !== '\u0000',
    pathLength: length === undefined ? undefined : smallNumber(octetsOf(length)),
  };
}

/** A path length; longer INTEGERs than any chain has are cut to the largest safe number. */
function smallNumber(octets: string): number {
  if (octets.length > 6) return Number.MAX_SAFE_INTEGER;
  return [...Buffer.from(octets, 'latin1')].reduce((value, octet) => value * 256 + octet, 0);
}

function readKeyUsage({ value }: Extension): KeyUsage {
  const bits = parseValue(value);
  if (bits.tagClass !== 0 || bits.type !== TAG.bitString) throw new DerError('not-der');
  const octets = octetsOf(bits); // first the number of unused bits, then the bits
  return { present: true, keyCertSign: octets.length > 1 && (octets.charCodeAt(1) & KEY_CERT_SIGN) !== 0 };
}
