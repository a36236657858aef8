import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readCertificate } from '../../shared/core/certificate.ts';
import type { CertificateFacts } from '../../shared/core/certificate-facts.ts';
import {
  bitString,
  element,
  integer,
  integerOctets,
  NULL,
  octetString,
  oid,
  sequence,
  set,
  TRUE,
  time,
} from './der-writer.ts';

/** The moment the tests live in: 2026-06-01T12:00:00Z. */
export const NOW_MS = 1_780_315_200_000;

/** 2026-01-01 and 2036-01-01: the validity of test certificates unless they say otherwise. */
export const FROM_MS = 1_767_225_600_000;
export const UNTIL_MS = 2_082_758_400_000;

/** A registration code in the shape of the service's example. */
export const CODE = '1f2e3d4c-0000-4b0b-9a51-0123456789abcd01';

/** The key types the tests make. `rsa-…` says modulus length and public exponent. */
export type KeyType = 'p256' | 'p384' | 'p521' | 'secp256k1' | 'ed25519' | 'dsa' | `rsa-${number}-${number}`;

/** A key pair and its SubjectPublicKeyInfo. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly spki: Buffer;
}

const KEYS = new Map<string, TestKey>();

/** A key pair of this process: the same type and name give the same pair, made on first use. */
export function testKey(type: KeyType, name = 'ca'): TestKey {
  const known = KEYS.get(`${type}/${name}`);
  if (known !== undefined) return known;
  const privateKey = generate(type);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const made = { privateKey, spki };
  KEYS.set(`${type}/${name}`, made);
  return made;
}

function generate(type: KeyType): KeyObject {
  switch (type) {
    case 'p256':
    case 'p384':
    case 'p521':
    case 'secp256k1':
      return generateKeyPairSync('ec', {
        namedCurve: { p256: 'P-256', p384: 'P-384', p521: 'P-521', secp256k1: 'secp256k1' }[type],
      }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
    case 'dsa':
      return generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey;
    default: {
      const [, bits = '2048', exponent = '65537'] = type.split('-');
      return generateKeyPairSync('rsa', { modulusLength: Number(bits), publicExponent: Number(exponent) }).privateKey;
    }
  }
}

/** A SubjectPublicKeyInfo of an RSA key nobody has the private part of: any exponent, right or wrong. */
export function rsaSpki(modulus: Buffer, exponent: Buffer): Buffer {
  const key = sequence(integerOctets(modulus), integerOctets(exponent));
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), NULL), bitString(key));
}

/** An odd modulus of exactly this many bits, without structure: good enough for checks that do no arithmetic. */
export function modulusOf(bits: number): Buffer {
  const octets = Buffer.alloc(Math.ceil(bits / 8) + 1, 0xa5);
  octets[0] = 0;
  octets[1] = 0xff >> (octets.length * 8 - 8 - bits);
  octets[octets.length - 1] = 0x01;
  return octets;
}

/** Signature algorithms the maker can sign with, as AlgorithmIdentifier and node's digest name. */
const SIGNATURES = {
  'rsa-sha256': ['sha256', sequence(oid('1.2.840.113549.1.1.11'), NULL)],
  'rsa-sha512': ['sha512', sequence(oid('1.2.840.113549.1.1.13'), NULL)],
  'rsa-sha1': ['sha1', sequence(oid('1.2.840.113549.1.1.5'), NULL)],
  'rsa-md5': ['md5', sequence(oid('1.2.840.113549.1.1.4'), NULL)],
  'ec-sha256': ['sha256', sequence(oid('1.2.840.10045.4.3.2'))],
  'ec-sha384': ['sha384', sequence(oid('1.2.840.10045.4.3.3'))],
  'ec-sha1': ['sha1', sequence(oid('1.2.840.10045.4.1'))],
  ed25519: [undefined, sequence(oid('1.3.101.112'))],
  'dsa-sha256': ['sha256', sequence(oid('2.16.840.1.101.3.4.3.2'))],
} as const satisfies Record<string, readonly [string | undefined, Buffer]>;

/** How a test certificate is signed. */
export type SignatureName = keyof typeof SIGNATURES;

/** A Name with one commonName per text. */
export function commonNames(...texts: readonly string[]): Buffer {
  return sequence(...texts.map((text) => rdn('2.5.4.3', 0x0c, Buffer.from(text))));
}

/** One RelativeDistinguishedName with one attribute, its string type and octets as given. */
export function rdn(type: string, tag: number, octets: Buffer): Buffer {
  return set(sequence(oid(type), element(tag, octets)));
}

/** An extension; `critical` is left out when false, as DER has it. */
export function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(type), ...(critical ? [TRUE] : []), octetString(value));
}

/** basicConstraints. */
export function basicConstraints(ca: boolean, { critical = true, pathLength = -1 } = {}): Buffer {
  const value = sequence(...(ca ? [TRUE] : []), ...(pathLength < 0 ? [] : [integer(pathLength)]));
  return extension('2.5.29.19', critical, value);
}

/** keyUsage with one octet of bits: 0x04 is keyCertSign, 0x80 digitalSignature. */
export function keyUsage(bits: number): Buffer {
  return extension('2.5.29.15', true, element(0x03, Buffer.from([0, bits])));
}

/** The recipe of a test certificate; everything has a sound default but the names and keys. */
export interface Recipe {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  readonly signer: KeyObject;
  readonly signature: SignatureName;
  /** Content octets of the serial. */
  readonly serial: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Buffer[];
}

/** Makes the DER of a certificate (version 3 with extensions, else version 1). */
export function makeDer(recipe: Recipe): Buffer {
  const [hash, algorithm] = SIGNATURES[recipe.signature];
  const tbs = sequence(
    ...(recipe.extensions.length > 0 ? [element(0xa0, integer(2))] : []),
    integerOctets(recipe.serial),
    algorithm,
    recipe.issuer,
    sequence(time(recipe.notBefore), time(recipe.notAfter)),
    recipe.subject,
    recipe.spki,
    ...(recipe.extensions.length > 0 ? [element(0xa3, sequence(...recipe.extensions))] : []),
  );
  return sequence(tbs, algorithm, bitString(sign(hash, tbs, recipe.signer)));
}

/** The signature a key type usually makes. */
export function usualSignature(type: KeyType): SignatureName {
  if (type.startsWith('rsa')) return 'rsa-sha256';
  if (type === 'ed25519') return 'ed25519';
  return type === 'dsa' ? 'dsa-sha256' : 'ec-sha256';
}

/** A sound self-signed CA of a key type, with one-line changes. */
export function caRecipe(type: KeyType, changes: Partial<Recipe> = {}, keyName = 'ca'): Recipe {
  const { privateKey, spki } = testKey(type, keyName);
  const name = commonNames('Fleet CA');
  return {
    subject: name,
    issuer: name,
    spki,
    signer: privateKey,
    signature: usualSignature(type),
    serial: Buffer.from('00f2690048870102', 'hex'),
    notBefore: FROM_MS,
    notAfter: UNTIL_MS,
    extensions: [basicConstraints(true), keyUsage(0x06)],
    ...changes,
  };
}

/** A sound verification certificate signed by the CA key of a type, with one-line changes. */
export function verificationRecipe(type: KeyType, changes: Partial<Recipe> = {}): Recipe {
  return {
    subject: commonNames(CODE),
    issuer: commonNames('Fleet CA'),
    spki: testKey('p256', 'verification').spki,
    signer: testKey(type).privateKey,
    signature: usualSignature(type),
    serial: Buffer.from('7269004887010203', 'hex'),
    notBefore: FROM_MS,
    notAfter: UNTIL_MS,
    extensions: [],
    ...changes,
  };
}

/** Reads DER that must be a certificate; throws with the reason otherwise. */
export function factsOf(der: Buffer): CertificateFacts {
  const reading = readCertificate(der);
  if (reading.kind === 'unreadable') throw new Error(`the test certificate is unreadable: ${reading.reason}`);
  return reading.facts;
}

/** PEM with any label, 64 characters a line. */
export function pem(der: Buffer, label = 'CERTIFICATE', lineEnd = '\n'): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join(lineEnd);
}
