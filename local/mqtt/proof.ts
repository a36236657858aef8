import type { KeyObject } from 'node:crypto';
import { type CertificateFacts, readCertificate } from './certificate.ts';
import { type Refusal, refuse } from './errors.ts';

/** Two certificates that prove that whoever sent them holds the CA's key. */
export interface Proof {
  readonly ok: true;
  readonly ca: CertificateFacts;
  /** What the verification certificate names as its common name; whether it is a code, the engine knows. */
  readonly commonName: string;
}

type Dates = Pick<CertificateFacts, 'validBegin' | 'validEnd'>;

const SERIAL_MAX_CHARS = 128; // RegisterCaCertificate page: Sn has at most 128 bytes

const contentError = (detail: string): Refusal => refuse('CertificateContentError', detail);

/** Whether this key made the certificate's signature. */
export function signs(key: KeyObject, certificate: CertificateFacts): boolean {
  try {
    return certificate.isSignedBy(key);
  } catch {
    return false; // OpenSSL throws for a key of another kind than the signature; that is simply not this signer
  }
}

/** Whether a certificate is valid at a time, epoch milliseconds. */
export const isInDate = (certificate: Dates, now: number): boolean =>
  now >= certificate.validBegin && now < certificate.validEnd + 1000; // RFC 5280 4.1.2.5: notAfter is included

function checkEach(ca: CertificateFacts, verification: CertificateFacts, now: number): Refusal | undefined {
  if (!ca.isCa) return contentError('CaContent: basicConstraints does not say CA:TRUE');
  if (ca.serialHex.length > SERIAL_MAX_CHARS) return contentError('CaContent: the serial number is too long');
  if (!isInDate(ca, now)) return contentError('CaContent: not valid today');
  if (!isInDate(verification, now)) return contentError('VerificationContent: not valid today');
  return undefined;
}

/**
 * Checks proof of possession: two readable certificates in date, the first a CA, the second issued and signed by it
 * (RegisterCaCertificate page; page "CA certificate management").
 *
 * @param now - Epoch milliseconds of the moved clock.
 */
export function checkProof(pems: { readonly ca: string; readonly verification: string }, now: number): Proof | Refusal {
  const ca = readCertificate(pems.ca);
  if (ca === undefined) return contentError('CaContent is not one PEM certificate');
  const verification = readCertificate(pems.verification);
  if (verification === undefined) return contentError('VerificationContent is not one PEM certificate');
  const refusal = checkEach(ca, verification, now);
  if (refusal !== undefined) return refusal;
  if (!verification.issuer.equals(ca.subject)) return contentError('VerificationContent: its issuer is not the CA');
  if (!signs(ca.publicKey, verification)) return contentError('VerificationContent: not signed with the key of the CA');
  const [commonName, second] = verification.commonNames;
  if (commonName === undefined || second !== undefined) {
    return refuse('RegisterCodeError', 'the subject of VerificationContent names no single common name');
  }
  return { ok: true, ca, commonName };
}
