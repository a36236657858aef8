import { type KeyObject, X509Certificate } from 'node:crypto';
import { contextTag, TAG } from './asn1-tags.ts';
import { NO_EXTENSIONS, readExtensions } from './certificate-extensions.ts';
import type { CertificateFacts, CertificateReading, CertificateSerial, UnreadableReason } from './certificate-facts.ts';
import { readKey } from './certificate-key.ts';
import { readName } from './certificate-name.ts';
import { readTime } from './certificate-time.ts';
import { childrenOf, contentOf, type DerElement, DerError, DerSource, encodingOf, readElement } from './der.ts';
import { sha256Hex } from './digest.ts';
import { certificatePem } from './pem.ts';
import { parseCaSerial, SERIAL_MAX_OCTETS } from './serial.ts';
import { readSignatureAlgorithm } from './signature-algorithm.ts';

/**
 * Keeps OpenSSL's reading beside the facts, so that a signature check need not parse again: parsing is half of what
 * checking a pair costs. A private field, because a WeakMap would keep natively allocated certificates over collections.
 */
class KeptReading {
  readonly #openssl: X509Certificate;

  constructor(openssl: X509Certificate) {
    this.#openssl = openssl;
  }

  static of(facts: CertificateFacts): X509Certificate | undefined {
    return #openssl in facts ? facts.#openssl : undefined;
  }
}

/**
 * Reads one certificate from its DER bytes: RSA, EC and any other key type. Never throws.
 *
 * Our reader and OpenSSL (through node:crypto) must both understand it. Node alone would take a certificate with
 * anything behind it and the first of several PEM blocks found inside; Node 20 also tells neither the signature
 * algorithm nor the key usage bits nor the path length.
 *
 * @param der - The certificate and nothing else: the length it announces must be the buffer's.
 */
export function readCertificate(der: Buffer): CertificateReading {
  try {
    return { kind: 'certificate', facts: readFacts(der) };
  } catch (error) {
    if (error instanceof UnreadableError) return { kind: 'unreadable', reason: error.reason };
    throw error;
  }
}

/** The certificate as OpenSSL read it; read again when `facts` was copied. */
export function opensslReading(facts: CertificateFacts): X509Certificate {
  return KeptReading.of(facts) ?? readWithOpenssl(facts.der, facts.pem);
}

/** The public key for node:crypto. Throws what node throws for keys OpenSSL cannot build. */
export function publicKeyOf(facts: CertificateFacts): KeyObject {
  return opensslReading(facts).publicKey;
}

/** Carries the reason out of the steps below; never leaves this file. */
class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason) {
    super(reason);
    this.reason = reason;
  }
}

/** Runs one step and names its failure: `reason`, or the DerError's own code when none is given. */
function step<Value>(reason: UnreadableReason | undefined, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) throw new UnreadableError(reason ?? error.code);
    throw error;
  }
}

function readFacts(der: Buffer): CertificateFacts {
  const fields = step(undefined, () => readFields(der));
  const subject = step('bad-name', () => readName(encodingOf(der, fields.subject)));
  const issuerDer = encodingOf(der, fields.issuer);
  const selfIssued = issuerDer.equals(subject.name.der);
  const issuer = selfIssued ? subject : step('bad-name', () => readName(issuerDer));
  const [notBefore, notAfter] = step('bad-time', () => readValidity(der, fields.validity));
  const publicKeyDer = encodingOf(der, fields.publicKey);
  const extensionsField = fields.extensions;
  const pem = certificatePem(der);
  const openssl = readWithOpenssl(der, pem);
  const facts: CertificateFacts = {
    der,
    pem,
    fingerprint: sha256Hex(der),
    serial: readSerial(contentOf(der, fields.serial)),
    serialDerHex: contentOf(der, fields.serial).toString('hex'),
    subject: subject.name,
    issuer: issuer.name,
    commonNames: subject.commonNames,
    notBefore,
    notAfter,
    key: step('bad-key', () => readKey(publicKeyDer)),
    publicKeyDer,
    signatureAlgorithm: step('not-der', () => readSignatureAlgorithm(der, fields.signatureAlgorithm)),
    ...(extensionsField === undefined
      ? NO_EXTENSIONS
      : step('bad-extension', () => readExtensions(der, extensionsField))),
    caByOpenssl: openssl.ca,
    selfIssued,
  };
  return Object.assign(new KeptReading(openssl), facts);
}

/**
 * In DER, node looks for a PEM block first and would find one inside a field; such a certificate is handed over as PEM of
 * our own making.
 */
function readWithOpenssl(der: Buffer, pem: string): X509Certificate {
  try {
    return new X509Certificate(der.includes('-----BEGIN') ? pem : der);
  } catch {
    // OpenSSL's reasons are internal (and misleading for DER); ours is one stable code.
    throw new UnreadableError('refused-by-openssl');
  }
}

/** The fields of a TBSCertificate this project uses (RFC 5280 section 4.1). */
interface Fields {
  readonly serial: DerElement;
  readonly signatureAlgorithm: DerElement;
  readonly issuer: DerElement;
  readonly validity: DerElement;
  readonly subject: DerElement;
  readonly publicKey: DerElement;
  readonly extensions: DerElement | undefined;
}

function readFields(der: Buffer): Fields {
  if (der.length > 0 && der[0] !== TAG.sequence) throw new DerError('not-der');
  const source = new DerSource(der);
  const certificate = readElement(source);
  const [tbs, signatureAlgorithm, signature, ...more] = childrenOf(der, certificate);
  if (tbs?.tag !== TAG.sequence || signatureAlgorithm === undefined || more.length > 0) throw new DerError('not-der');
  if (signature?.tag !== TAG.bitString) throw new DerError('not-der');
  const fields = { ...readTbs(der, tbs), signatureAlgorithm };
  if (source.length() > 0) throw new UnreadableError('trailing-bytes');
  return fields;
}

function readTbs(der: Buffer, tbs: DerElement): Omit<Fields, 'signatureAlgorithm'> {
  const children = childrenOf(der, tbs);
  const [first] = children;
  const [serial, algorithm, issuer, validity, subject, publicKey, ...optional] =
    first?.tag === contextTag(0) ? children.slice(1) : children;
  if (serial?.tag !== TAG.integer || serial.contentStart === serial.end) throw new UnreadableError('serial-missing');
  const sequences = [algorithm, issuer, validity, subject, publicKey];
  if (issuer === undefined || validity === undefined || subject === undefined || publicKey === undefined) {
    throw new DerError('not-der');
  }
  if (sequences.some((field) => field?.tag !== TAG.sequence)) throw new DerError('not-der');
  const extensions = optional.find((field) => field.tag === contextTag(3));
  return { serial, issuer, validity, subject, publicKey, extensions };
}

function readValidity(
  der: Buffer,
  validity: DerElement,
): readonly [CertificateFacts['notBefore'], CertificateFacts['notAfter']] {
  const [from, until, ...more] = childrenOf(der, validity);
  if (from === undefined || until === undefined || more.length > 0) throw new DerError('not-der');
  return [readTime(der, from), readTime(der, until)];
}

/** Counts octets without the sign octet: 20 of them with a high first bit take 21 in DER and are in common use. */
function readSerial(octets: Buffer): CertificateSerial {
  if ((octets[0] ?? 0) >= 0x80) return { kind: 'problem', problem: 'negative' };
  const first = octets.findIndex((octet) => octet !== 0);
  if (first === -1) return { kind: 'problem', problem: 'zero' };
  if (octets.length - first > SERIAL_MAX_OCTETS) return { kind: 'problem', problem: 'too-long' };
  const value = parseCaSerial(octets.subarray(first).toString('hex'));
  return value === undefined ? { kind: 'problem', problem: 'zero' } : { kind: 'serial', value };
}
