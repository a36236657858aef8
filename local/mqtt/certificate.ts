import { type KeyObject, X509Certificate } from 'node:crypto';
import { type DerElement, DerError, readElements, readOnly } from './der.ts';

/** What the service needs to know about one certificate. Names are their DER bytes, so that they compare exactly. */
export interface CertificateFacts {
  /** Content bytes of the serial INTEGER in lower-case hex, sign byte included. */
  readonly serialHex: string;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** Every common name of the subject, in order. */
  readonly commonNames: readonly string[];
  /** RFC 5280 4.2.1.9: true only when basicConstraints is there and says CA. */
  readonly isCa: boolean;
  /** Epoch milliseconds; both ends still belong to the validity. */
  readonly validBegin: number;
  readonly validEnd: number;
  readonly publicKey: KeyObject;
  readonly isSignedBy: (key: KeyObject) => boolean;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BOOLEAN = 0x01;
const OID = 0x06;
const OCTET_STRING = 0x04;
const VERSION_TAG = 0xa0;
const EXTENSIONS_TAG = 0xa3;
const COMMON_NAME = '550403'; // 2.5.4.3
const BASIC_CONSTRAINTS = '551d13'; // 2.5.29.19
const PEM_MAX_CHARS = 64 * 1024;

const PEM = /^\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/;

/**
 * Reads exactly one PEM certificate; `undefined` when the text is anything else (several certificates, another label,
 * literal `\n` pairs, DER that does not end where it says). The pages promise one PEM per parameter, nothing more.
 */
export function readCertificate(pem: string): CertificateFacts | undefined {
  if (pem.length > PEM_MAX_CHARS) return undefined;
  const base64 = PEM.exec(pem)?.[1];
  if (base64 === undefined) return undefined;
  try {
    return factsOf(Buffer.from(base64, 'base64'));
  } catch {
    return undefined; // DerError or OpenSSL's own: the certificate is not readable, whatever the reason
  }
}

function factsOf(der: Buffer): CertificateFacts {
  const certificate = new X509Certificate(der);
  const [tbs] = readElements(readOnly(der, SEQUENCE).content);
  if (tbs?.tag !== SEQUENCE) throw new DerError('no tbsCertificate');
  const fields = readElements(tbs.content);
  // RFC 5280 4.1: [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …
  const [serial, , issuer, , subject] = fields[0]?.tag === VERSION_TAG ? fields.slice(1) : fields;
  if (serial?.tag !== INTEGER || issuer === undefined || subject === undefined)
    throw new DerError('fields are missing');
  return {
    serialHex: serial.content.toString('hex'),
    issuer: issuer.encoded,
    subject: subject.encoded,
    commonNames: commonNamesOf(subject),
    isCa: saysCa(fields.find((field) => field.tag === EXTENSIONS_TAG)),
    validBegin: Date.parse(certificate.validFrom),
    validEnd: Date.parse(certificate.validTo),
    publicKey: certificate.publicKey,
    isSignedBy: (key) => certificate.verify(key),
  };
}

function commonNamesOf(name: DerElement): string[] {
  const attributes = readElements(name.content).flatMap((set) => (set.tag === SET ? readElements(set.content) : []));
  return attributes.flatMap((attribute) => {
    const [type, value] = readElements(attribute.content);
    if (type?.tag !== OID || type.content.toString('hex') !== COMMON_NAME || value === undefined) return [];
    return [textOf(value)];
  });
}

/** Text of a DirectoryString: BMPString is UTF-16, big end first; PrintableString, T61 and IA5 read as Latin-1. */
function textOf(value: DerElement): string {
  switch (value.tag) {
    case 0x0c:
      return value.content.toString('utf8');
    case 0x1e:
      return Buffer.from(value.content).swap16().toString('utf16le');
    default:
      return value.content.toString('latin1');
  }
}

function saysCa(extensions: DerElement | undefined): boolean {
  if (extensions === undefined) return false;
  for (const extension of readElements(readOnly(extensions.content, SEQUENCE).content)) {
    const parts = readElements(extension.content);
    if (parts[0]?.content.toString('hex') !== BASIC_CONSTRAINTS) continue;
    const value = parts.at(-1);
    if (value?.tag !== OCTET_STRING) return false;
    const [first] = readElements(readOnly(value.content, SEQUENCE).content);
    return first?.tag === BOOLEAN && first.content[0] !== undefined && first.content[0] !== 0; // DEFAULT FALSE
  }
  return false;
}
