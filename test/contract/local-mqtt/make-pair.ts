import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

type KeyPair = webcrypto.CryptoKeyPair;

const ALGORITHMS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

/** A CA with its key, as the person who registers it holds it. */
export interface TestCa {
  readonly keys: KeyPair;
  readonly kind: keyof typeof ALGORITHMS;
  readonly subject: string;
  readonly pem: string;
}

export interface CaWishes {
  readonly kind?: keyof typeof ALGORITHMS;
  readonly serial?: string;
  readonly subject?: string;
  readonly basicConstraints?: 'ca' | 'not-ca' | 'absent';
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keys?: KeyPair;
}

export const LONG_AGO = new Date('2020-01-01T00:00:00Z');
export const FAR_AHEAD = new Date('2049-01-01T00:00:00Z');

function extensionsOf(wish: CaWishes['basicConstraints'] = 'ca'): Extension[] {
  const keyUsage = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true);
  return wish === 'absent' ? [keyUsage] : [new BasicConstraintsExtension(wish === 'ca', undefined, true), keyUsage];
}

export function makeKeys(kind: keyof typeof ALGORITHMS): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify']);
}

export async function makeCa(wishes: CaWishes = {}): Promise<TestCa> {
  const kind = wishes.kind ?? 'ec';
  const keys = wishes.keys ?? (await makeKeys(kind));
  const subject = wishes.subject ?? 'CN=Works CA, O=Example';
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: wishes.serial ?? '00f26900ba87010203',
    name: subject,
    notBefore: wishes.notBefore ?? LONG_AGO,
    notAfter: wishes.notAfter ?? FAR_AHEAD,
    signingAlgorithm: ALGORITHMS[kind],
    keys,
    extensions: extensionsOf(wishes.basicConstraints),
  });
  return { keys, kind, subject, pem: `${certificate.toString('pem')}\n` };
}

export interface VerificationWishes {
  readonly issuer?: string;
  readonly signedBy?: KeyPair;
  readonly subject?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A verification certificate for a code, signed by the CA with a key pair of its own. */
export async function makeVerification(ca: TestCa, code: string, wishes: VerificationWishes = {}): Promise<string> {
  const keys = await makeKeys(ca.kind);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '0a01',
    subject: wishes.subject ?? `CN=${code}`,
    issuer: wishes.issuer ?? ca.subject,
    notBefore: wishes.notBefore ?? LONG_AGO,
    notAfter: wishes.notAfter ?? FAR_AHEAD,
    signingAlgorithm: ALGORITHMS[ca.kind],
    publicKey: keys.publicKey,
    signingKey: (wishes.signedBy ?? ca.keys).privateKey,
  });
  return `${certificate.toString('pem')}\n`;
}

/** A device certificate that the CA issued, dated like `LONG_AGO` to `FAR_AHEAD` unless told otherwise. */
export async function makeDevice(ca: TestCa, serial: string, wishes: VerificationWishes = {}): Promise<string> {
  const keys = await makeKeys(ca.kind);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: wishes.subject ?? `CN=device-${serial}`,
    issuer: wishes.issuer ?? ca.subject,
    notBefore: wishes.notBefore ?? LONG_AGO,
    notAfter: wishes.notAfter ?? FAR_AHEAD,
    signingAlgorithm: ALGORITHMS[ca.kind],
    publicKey: keys.publicKey,
    signingKey: (wishes.signedBy ?? ca.keys).privateKey,
    extensions: extensionsOf('not-ca'),
  });
  return `${certificate.toString('pem')}\n`;
}
