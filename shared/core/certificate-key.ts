import { TAG } from './asn1-tags.ts';
import { assertNever } from './assert-never.ts';
import type { KeyFacts } from './certificate-facts.ts';
import { childrenOf, contentOf, type DerElement, DerError, oidText, onlyElement, textOf } from './der.ts';

const RSA = '1.2.840.113549.1.1.1';
const RSA_PSS = '1.2.840.113549.1.1.10';
const EC = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
const ED448 = '1.3.101.113';

/** Named curves people meet; others are shown as their OID. */
const CURVES: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
  '1.3.132.0.10': 'secp256k1',
  '1.3.132.0.33': 'P-224',
  '1.2.840.10045.3.1.1': 'P-192',
  '1.2.156.10197.1.301': 'SM2',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
};

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). Node 20 tells the same through a KeyObject, at the cost of
 * building one, and only for keys OpenSSL agrees to build.
 *
 * @param spki - The whole element with its header.
 * @throws DerError when the structure is not there or an RSA key is not two INTEGERs.
 */
export function readKey(spki: Buffer): KeyFacts {
  const [algorithm, key] = childrenOf(spki, onlyElement(spki));
  if (algorithm?.tag !== TAG.sequence || key?.tag !== TAG.bitString) throw new DerError('not-der');
  const [oid, parameters] = childrenOf(spki, algorithm);
  if (oid?.tag !== TAG.oid) throw new DerError('not-der');
  const algorithmOid = oidText(textOf(spki, oid));
  switch (algorithmOid) {
    case RSA:
    case RSA_PSS:
      return readRsaKey(bitsOf(spki, key), algorithmOid === RSA_PSS);
    case EC:
      return { kind: 'ec', curve: curveOf(spki, parameters) };
    case ED25519:
      return { kind: 'ed25519' };
    case ED448:
      return { kind: 'ed448' };
    default:
      return { kind: 'other', oid: algorithmOid };
  }
}

/** RFC 8017 appendix A.1.1: RSAPublicKey is a SEQUENCE of modulus and publicExponent. */
function readRsaKey(rsa: Buffer, pssOnly: boolean): KeyFacts {
  const [modulus, exponent] = childrenOf(rsa, onlyElement(rsa));
  if (modulus?.tag !== TAG.integer || exponent?.tag !== TAG.integer) throw new DerError('not-der');
  const exponentOctets = contentOf(rsa, exponent);
  const exponentBits = bitLength(exponentOctets);
  return {
    kind: 'rsa',
    pssOnly,
    bits: bitLength(contentOf(rsa, modulus)),
    exponentBits,
    exponent: exponentBits <= 32 ? lowNumber(exponentOctets) : undefined,
    exponentIsOdd: ((exponentOctets.at(-1) ?? 0) & 1) === 1,
  };
}

function curveOf(spki: Buffer, parameters: DerElement | undefined): string {
  if (parameters?.tag !== TAG.oid) return 'explicit';
  const oid = oidText(textOf(spki, parameters));
  return CURVES[oid] ?? oid;
}

/** The octets of a BIT STRING that uses all its bits. */
function bitsOf(bytes: Buffer, element: DerElement): Buffer {
  const content = contentOf(bytes, element);
  if (content[0] !== 0) throw new DerError('not-der');
  return content.subarray(1);
}

/** Bits of a non-negative INTEGER without leading zeros; a negative one counts as its octets read unsigned. */
function bitLength(octets: Buffer): number {
  const first = octets.findIndex((octet) => octet !== 0);
  if (first === -1) return 0;
  return (octets.length - first - 1) * 8 + (32 - Math.clz32(octets[first] ?? 0));
}

function lowNumber(octets: Buffer): number {
  return octets.subarray(-4).reduce((value, octet) => value * 256 + octet, 0);
}

/** The curves every TLS stack and the service's documentation take for granted. */
export const COMMON_CURVES: ReadonlySet<string> = new Set(['P-256', 'P-384', 'P-521']);

/** A short name of a key for people, such as `RSA 2048` or `EC P-256`. */
export function keyText(key: KeyFacts): string {
  switch (key.kind) {
    case 'rsa':
      return `RSA ${key.bits}`;
    case 'ec':
      return `EC ${key.curve}`;
    case 'ed25519':
      return 'Ed25519';
    case 'ed448':
      return 'Ed448';
    case 'other':
      return key.oid;
    default:
      return assertNever(key);
  }
}
