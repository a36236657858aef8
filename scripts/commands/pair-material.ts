import 'reflect-metadata'; // tsyringe, inside @peculiar/x509, needs it loaded first
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { commonNameOnly } from './distinguished-name.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from './key-algorithm.ts';

const DAY_MS = 86_400_000;
// A new certificate must be valid on a machine whose clock is a little behind.
const BACKDATED_MS = 5 * 60_000;

/** A certificate and the private key that belongs to it, both as PEM text. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A CA that can sign: made here, or read from files. */
export interface SigningCa {
  readonly certificatePem: string;
  readonly privateKey: KeyObject;
}

/**
 * Makes a self-signed CA certificate that the service accepts: basicConstraints critical with CA true, keyUsage critical
 * with keyCertSign and cRLSign (RFC 5280 sections 4.2.1.9 and 4.2.1.3), a subject key identifier, SHA-256.
 *
 * @param request - `now` is epoch milliseconds; the certificate starts five minutes earlier.
 */
export async function makeCa(request: {
  readonly subject: x509.JsonNameParams;
  readonly key: KeyAlgorithm;
  readonly days: number;
  readonly now: number;
}): Promise<IssuedCertificate> {
  const { generate, sign } = KEY_ALGORITHMS[request.key];
  const keys = await webcrypto.subtle.generateKey(generate, true, ['sign', 'verify']);
  const name = new x509.Name(request.subject);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: positiveSerial(),
      subject: name,
      issuer: name,
      ...validity(request),
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: sign,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificatePem: pemOf(certificate), privateKeyPem: await exportPrivateKey(keys.privateKey) };
}

/**
 * Makes the verification certificate: the registration code as its common name and nothing else in its subject, signed
 * by the CA with SHA-256 (the flow of the service's page "Manage CA certificates").
 */
export async function makeVerification(request: {
  readonly ca: SigningCa;
  readonly registrationCode: string;
  readonly key: KeyAlgorithm;
  readonly days: number;
  readonly now: number;
}): Promise<IssuedCertificate> {
  const ca = new x509.X509Certificate(request.ca.certificatePem);
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHMS[request.key].generate, true, ['sign', 'verify']);
  const signer = await importSigner(request.ca.privateKey);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: positiveSerial(),
      subject: new x509.Name(commonNameOnly(request.registrationCode)),
      issuer: new x509.Name(ca.subjectName.toArrayBuffer()), // the CA's own bytes: names are compared by bytes
      ...validity(request),
      publicKey: keys.publicKey,
      signingKey: signer.key,
      signingAlgorithm: signer.sign,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        ...authorityKeyIdentifier(ca),
      ],
    },
    webcrypto,
  );
  return { certificatePem: pemOf(certificate), privateKeyPem: await exportPrivateKey(keys.privateKey) };
}

/**
 * Whether a key made the certificate's signatures possible: it is the private half of the certificate's public key.
 * Throws what node:crypto throws when the certificate is unreadable.
 */
export function isKeyOfCertificate(certificatePem: string, privateKey: KeyObject): boolean {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const theirs = createPublicKey(certificatePem).export({ type: 'spki', format: 'der' });
  return spki.equals(theirs);
}

/**
 * Reads a private key in any PEM form OpenSSL writes; `undefined` when it is none, encrypted, or neither RSA nor EC on
 * a curve of {@link WEBCRYPTO_CURVES}.
 */
export function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ec') return curveOf(key) === undefined ? undefined : key;
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined; // the reason would quote the parser; the caller names the ways out
  }
}

// RFC 5280 4.1.2.2: positive, at most 20 octets. The first octet is 0x40..0x7f, so the serial is always 16 octets.
function positiveSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

function validity(request: { readonly days: number; readonly now: number }): { notBefore: Date; notAfter: Date } {
  const start = Math.floor((request.now - BACKDATED_MS) / 1_000) * 1_000; // certificates know whole seconds
  return { notBefore: new Date(start), notAfter: new Date(start + request.days * DAY_MS) };
}

// The identifier the CA itself carries; one computed anew could differ and make verifiers refuse the chain.
function authorityKeyIdentifier(ca: x509.X509Certificate): x509.Extension[] {
  const own = ca.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null ? [] : [new x509.AuthorityKeyIdentifierExtension(own.keyId, false)];
}

async function importSigner(
  privateKey: KeyObject,
): Promise<{ readonly key: webcrypto.CryptoKey; readonly sign: { readonly name: string; readonly hash: string } }> {
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  if (privateKey.asymmetricKeyType === 'rsa') {
    const sign = KEY_ALGORITHMS['rsa-2048'].sign;
    return { key: await webcrypto.subtle.importKey('pkcs8', pkcs8, sign, false, ['sign']), sign };
  }
  const namedCurve = curveOf(privateKey);
  if (namedCurve === undefined) throw new RangeError('the key is on a curve that WebCrypto does not know');
  const algorithm = { name: 'ECDSA', namedCurve };
  return {
    key: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    sign: KEY_ALGORITHMS['ec-p256'].sign,
  };
}

const WEBCRYPTO_CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

function curveOf(key: KeyObject): string | undefined {
  return WEBCRYPTO_CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function exportPrivateKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
