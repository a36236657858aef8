import type { DisplayText } from './display-text.ts';
import type { CaSerial } from './serial.ts';
import type { EpochMs } from './time.ts';

/** Why a serial number cannot identify a certificate (RFC 5280 section 4.1.2.2). */
export type SerialProblem = 'zero' | 'negative' | 'too-long';

/** The serial number of a certificate, or why it has none that counts. */
export type CertificateSerial =
  | { readonly kind: 'serial'; readonly value: CaSerial }
  | { readonly kind: 'problem'; readonly problem: SerialProblem };

/** A subject or issuer. Two names are equal when their DER bytes are. */
export interface CertificateName {
  /** The whole RDNSequence as it stands in the certificate. */
  readonly der: Buffer;
  /** For people: `CN=..., O=...` in the order of the certificate. A verification certificate's shows its code. */
  readonly text: DisplayText;
  /** True when the name has no attribute at all. */
  readonly isEmpty: boolean;
}

/** A public key as the certificate states it; nothing here was checked by cryptography. */
export type KeyFacts =
  | {
      readonly kind: 'rsa';
      /** True for keys that may only make PSS signatures (id-RSASSA-PSS). */
      readonly pssOnly: boolean;
      /** Length of the modulus. */
      readonly bits: number;
      readonly exponentBits: number;
      /** The public exponent, when it fits 32 bits. */
      readonly exponent: number | undefined;
      readonly exponentIsOdd: boolean;
    }
  /** `curve` is `P-256`, `P-384`, `P-521`, a well-known name, a dotted OID, or `explicit` for written-out parameters. */
  | { readonly kind: 'ec'; readonly curve: string }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'ed448' }
  /** `oid` names the algorithm (DSA, GOST, SM2-only types, post-quantum keys). */
  | { readonly kind: 'other'; readonly oid: string };

/** The hash of a signature algorithm; `intrinsic` when the algorithm has no separate one (Ed25519). */
export type SignatureHash =
  | 'md2'
  | 'md5'
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sm3'
  | 'intrinsic'
  | 'unknown';

/** How a certificate is signed. */
export interface SignatureAlgorithm {
  readonly oid: string;
  readonly hash: SignatureHash;
  /** Which key type can make such signatures. */
  readonly family: 'rsa' | 'ec' | 'ed25519' | 'ed448' | 'unknown';
}

/** The basicConstraints extension (RFC 5280 section 4.2.1.9). */
export type BasicConstraints =
  | { readonly present: false }
  | {
      readonly present: true;
      readonly critical: boolean;
      readonly ca: boolean;
      readonly pathLength: number | undefined;
    };

/** The keyUsage extension (RFC 5280 section 4.2.1.3), as far as it matters here. */
export type KeyUsage = { readonly present: false } | { readonly present: true; readonly keyCertSign: boolean };

/** What one certificate says, as plain data. Nothing here tells whether a signature is good. */
export interface CertificateFacts {
  /** The very bytes, without anything before or after. */
  readonly der: Buffer;
  /** PEM with the label CERTIFICATE, 64 characters a line, LF, final newline: the form the service is sent. */
  readonly pem: string;
  /** SHA-256 over `der`, lower-case hex. */
  readonly fingerprint: string;
  readonly serial: CertificateSerial;
  /** The content octets of the serial INTEGER in lower-case hex, exactly as in the certificate. */
  readonly serialDerHex: string;
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  /** Every commonName value of the subject, in order, decoded by its string type; raw text, never shown unescaped. */
  readonly commonNames: readonly string[];
  readonly notBefore: EpochMs;
  /** The last moment at which the certificate is valid (RFC 5280 section 4.1.2.5: inclusive). */
  readonly notAfter: EpochMs;
  readonly key: KeyFacts;
  /** The SubjectPublicKeyInfo; equal bytes are the same key. */
  readonly publicKeyDer: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly basicConstraints: BasicConstraints;
  readonly keyUsage: KeyUsage;
  /** May sign certificates, in the reading of OpenSSL (`X509_check_ca`), which sees malformed and repeated extensions. */
  readonly caByOpenssl: boolean;
  /** Subject and issuer are the same bytes. Says nothing about who signed. */
  readonly selfIssued: boolean;
}

/** Why bytes that claim to be a certificate are none. Stable codes. */
export type UnreadableReason =
  | 'pem-unclosed' // BEGIN without its END
  | 'pem-not-base64'
  | 'trailing-bytes' // a certificate with something after it
  | 'truncated' // announces more bytes than there are
  | 'not-der' // no ASN.1 certificate structure
  | 'serial-missing'
  | 'bad-name'
  | 'bad-time'
  | 'bad-key'
  | 'bad-extension'
  | 'refused-by-openssl'; // our reading works, node:crypto's does not

/** The result of reading one certificate. */
export type CertificateReading =
  | { readonly kind: 'certificate'; readonly facts: CertificateFacts }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };
