import { assertNever } from './assert-never.ts';
import { opensslReading, publicKeyOf } from './certificate.ts';
import type { CertificateFacts, KeyFacts } from './certificate-facts.ts';

/** `refused` means the cryptography was not asked, or could not work with the key. */
export type SignatureVerdict = 'verified' | 'not-verified' | 'refused';

/** Above this a signature check costs more than it can tell; no CA in public use has a longer RSA key than 4096. */
export const RSA_MAX_BITS = 8192;

/** A 32-bit exponent is already 15 times the usual one; a full-length one costs seconds in some implementations. */
export const RSA_MAX_EXPONENT_BITS = 32;

interface Verdict {
  readonly signer: CertificateFacts;
  readonly signed: CertificateFacts;
  readonly verdict: SignatureVerdict;
}

/** The newest answer: finding a pair and checking it ask the same question one after the other. */
let newest: Verdict | undefined;

/**
 * Checks that `signed` carries a signature made by the key of `signer`. Names, dates and flags are not looked at.
 * Keys whose check could be made arbitrarily slow are refused before OpenSSL sees them.
 */
export function checkSignature(signer: CertificateFacts, signed: CertificateFacts): SignatureVerdict {
  if (newest?.signer === signer && newest.signed === signed) return newest.verdict;
  const verdict = verdictOf(signer, signed);
  newest = { signer, signed, verdict };
  return verdict;
}

function verdictOf(signer: CertificateFacts, signed: CertificateFacts): SignatureVerdict {
  if (!isWorkable(signer.key)) return 'refused';
  if (signed.signatureAlgorithm.family !== signer.key.kind) return 'not-verified';
  try {
    return opensslReading(signed).verify(publicKeyOf(signer)) ? 'verified' : 'not-verified';
  } catch {
    // Node throws for keys OpenSSL cannot build (a point off its curve, an unknown curve).
    return 'refused';
  }
}

/** True when an RSA exponent can be one at all: odd, at least 3, at most 32 bits. */
export function isSoundExponent(key: Extract<KeyFacts, { kind: 'rsa' }>): boolean {
  return (
    key.exponent !== undefined && key.exponent >= 3 && key.exponentIsOdd && key.exponentBits <= RSA_MAX_EXPONENT_BITS
  );
}

function isWorkable(key: KeyFacts): boolean {
  switch (key.kind) {
    case 'rsa':
      return key.bits <= RSA_MAX_BITS && isSoundExponent(key);
    case 'ec':
      return key.curve !== 'explicit'; // written-out parameters make the checker's work the writer's choice
    case 'ed25519':
    case 'ed448':
      return true;
    case 'other':
      return false;
    default:
      return assertNever(key);
  }
}
