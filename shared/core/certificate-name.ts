import type { Asn1Node } from 'node-forge/lib/asn1.js';
import { TAG } from './asn1-tags.ts';
import type { CertificateName } from './certificate-facts.ts';
import { membersOf, octetsOf, oidText, parseValue } from './der.ts';
import { displayText } from './display-text.ts';

/** X.520 and RFC 4519 attribute types and the short names people know them by. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

const COMMON_NAME = '2.5.4.3';

/** More attributes than this are not worth showing: the text is cut long before. */
const MAX_SHOWN_ATTRIBUTES = 16;

interface Attribute {
  readonly oid: string;
  readonly text: string;
}

/** A subject or issuer, and the values of its commonName attributes in order. */
export interface NameReading {
  readonly name: CertificateName;
  readonly commonNames: readonly string[];
}

/**
 * Reads an RDNSequence attribute by attribute, also out of multi-valued RDNs.
 *
 * Node's `subject` text cannot serve: it joins several common names by newlines and escapes what it does not print.
 *
 * @param der - The whole Name with its header.
 * @throws DerError when it is none.
 */
export function readName(der: Buffer): NameReading {
  const attributes = membersOf(parseValue(der)).flatMap((rdn) => membersOf(rdn).map(readAttribute));
  const shown = attributes.slice(0, MAX_SHOWN_ATTRIBUTES).map(({ oid, text }) => `${SHORT_NAMES[oid] ?? oid}=${text}`);
  return {
    name: { der, text: displayText(shown.join(', ')), isEmpty: attributes.length === 0 },
    commonNames: attributes.filter(({ oid }) => oid === COMMON_NAME).map(({ text }) => text),
  };
}

function readAttribute(node: Asn1Node): Attribute {
  const [type, value] = membersOf(node);
  return { oid: oidText(octetsOf(type)), text: stringOf(value) };
}

/** Decodes by string type (X.520 DirectoryString, IA5String); other types count octet by octet, like Latin-1. */
function stringOf(node: Asn1Node | undefined): string {
  const octets = octetsOf(node);
  if (node?.type === TAG.universalString) return utf32Text(octets);
  if (node?.type === TAG.utf8String && !isAscii(octets)) return Buffer.from(octets, 'latin1').toString('utf8');
  return octets; // BMPString arrives decoded
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7e) return false;
  }
  return true;
}

function utf32Text(octets: string): string {
  const bytes = Buffer.from(octets, 'latin1');
  let text = '';
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) {
    const code = bytes.readUInt32BE(offset);
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\u{FFFD}';
  }
  return text;
}
