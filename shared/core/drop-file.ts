import { readCertificate } from './certificate.ts';
import type { CertificateFacts, UnreadableReason } from './certificate-facts.ts';
import { type ArchiveKind, type BinaryKind, binaryKind } from './der-kind.ts';
import { sha256Hex } from './digest.ts';
import { decodeText, isPlainText } from './file-text.ts';
import { type PemBlock, type PemReading, splitPem } from './pem.ts';
import { findPrivateKey, type PrivateKeyKind } from './private-key.ts';

/** A file of a drop may be at most this long; certificates are a few thousand octets. */
export const MAX_FILE_BYTES = 65_536;

/** One file as it was uploaded. */
export interface DropFile {
  /** The name within the drop folder, raw: from outside, never shown unescaped. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Things found in a file that are neither certificate nor private key. They block nothing. */
export type OtherContent =
  | ArchiveKind
  | 'certificate-request'
  | 'public-key'
  | 'crl'
  | 'pkcs7'
  | 'parameters'
  | 'text'
  | 'empty'
  | 'unknown';

/** Why a file could not be looked through to its end; it may hold anything, a private key included. */
export type UnreadableFile = 'too-large' | 'too-many-blocks';

/** Everything found in one uploaded file. */
export interface DropFileContent {
  readonly name: string;
  /** SHA-256 over the bytes of the file, lower-case hex. */
  readonly sha256: string;
  readonly certificates: readonly CertificateFacts[];
  /** What claims to be a certificate and is none: one reason each. */
  readonly damaged: readonly UnreadableReason[];
  /** Present when a private key of any kind is in the file. */
  readonly privateKey?: PrivateKeyKind;
  readonly unreadable?: UnreadableFile;
  readonly others: readonly { readonly what: OtherContent }[];
}

/** What a piece of a file turned out to be. */
type Finding =
  | { readonly kind: 'certificate'; readonly facts: CertificateFacts }
  | { readonly kind: 'damaged'; readonly reason: UnreadableReason }
  | { readonly kind: 'other'; readonly what: OtherContent }
  | { readonly kind: 'private-key' };

/** Labels of PEM blocks that hold one certificate (RFC 7468 section 5, OpenSSL, and the service's own odd one). */
const CERTIFICATE_LABELS: ReadonlySet<string> = new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'X.509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
  'DEVICECERTIFICATE', // GetDeviceCertificate, `DeviceContent`
]);

const NO_BLOCKS: PemReading = { kind: 'blocks', blocks: [], outside: '' };

/**
 * Looks through one uploaded file: UTF-8 or UTF-16 PEM with anything around it, or one DER structure. Never throws.
 *
 * A file over {@link MAX_FILE_BYTES} or with more than 32 PEM blocks is `unreadable`: only its beginning is searched
 * for a private key and nothing else is taken from it.
 */
export function readDropFile({ name, bytes }: DropFile): DropFileContent {
  const sha256 = sha256Hex(bytes);
  const head = bytes.subarray(0, MAX_FILE_BYTES);
  const kind = binaryKind(head);
  const text = decodeText(head);
  const pem = kind.what === 'unknown' ? splitPem(text) : NO_BLOCKS;
  const privateKey = findPrivateKey({ bytes: head, content: kind, text, pem });
  const found = { name, sha256, ...(privateKey === undefined ? {} : { privateKey }) };
  const nothing = { certificates: [], damaged: [], others: [] };
  if (bytes.length > MAX_FILE_BYTES) return { ...found, ...nothing, unreadable: 'too-large' };
  if (pem.kind === 'too-many') return { ...found, ...nothing, unreadable: 'too-many-blocks' };
  const findings = kind.what === 'unknown' ? findInText(text, pem.blocks, privateKey) : [findInBinary(bytes, kind)];
  return { ...found, ...sorted(findings) };
}

function findInBinary(bytes: Buffer, kind: BinaryKind): Finding {
  if (kind.what === 'certificate') return certificateFinding(bytes);
  return kind.what === 'private-key' ? { kind: 'private-key' } : { kind: 'other', what: kind.what };
}

function findInText(
  text: string,
  blocks: readonly PemBlock[],
  privateKey: PrivateKeyKind | undefined,
): readonly Finding[] {
  if (blocks.length > 0) return blocks.map(findInBlock);
  if (privateKey !== undefined) return [];
  if (text.trim() === '') return [{ kind: 'other', what: 'empty' }];
  return [{ kind: 'other', what: isPlainText(text) ? 'text' : 'unknown' }];
}

function findInBlock(block: PemBlock): Finding {
  if (block.label.includes('PRIVATE')) return { kind: 'private-key' };
  if (block.kind === 'damaged') {
    // A broken block of some other label blocks nothing.
    return CERTIFICATE_LABELS.has(block.label)
      ? { kind: 'damaged', reason: block.reason }
      : { kind: 'other', what: 'unknown' };
  }
  if (block.label.endsWith('PARAMETERS')) return { kind: 'other', what: 'parameters' };
  // By content: labels are written by hand more often than one thinks.
  if (block.content.what !== 'unknown') return findInBinary(certificateBytes(block.label, block.der), block.content);
  return CERTIFICATE_LABELS.has(block.label) ? certificateFinding(block.der) : { kind: 'other', what: 'unknown' };
}

/** OpenSSL's TRUSTED CERTIFICATE carries trust settings behind the certificate (d2i_X509_AUX); they are no part of it. */
function certificateBytes(label: string, der: Buffer): Buffer {
  if (label !== 'TRUSTED CERTIFICATE') return der;
  const announced = announcedLength(der);
  return announced === undefined ? der : der.subarray(0, announced);
}

function announcedLength(der: Buffer): number | undefined {
  // Certificates over 127 octets: the long form with one to three octets of length.
  const octets = (der[1] ?? 0) - 0x80;
  if (octets < 1 || octets > 3 || der.length < 2 + octets) return undefined;
  return 2 + octets + der.readUIntBE(2, octets);
}

function certificateFinding(der: Buffer): Finding {
  const reading = readCertificate(der);
  return reading.kind === 'certificate'
    ? { kind: 'certificate', facts: reading.facts }
    : { kind: 'damaged', reason: reading.reason };
}

function sorted(findings: readonly Finding[]): Pick<DropFileContent, 'certificates' | 'damaged' | 'others'> {
  const certificates: CertificateFacts[] = [];
  const damaged: UnreadableReason[] = [];
  const others: { readonly what: OtherContent }[] = [];
  for (const finding of findings) {
    if (finding.kind === 'certificate') certificates.push(finding.facts);
    else if (finding.kind === 'damaged') damaged.push(finding.reason);
    else if (finding.kind === 'other') others.push({ what: finding.what });
  }
  return { certificates, damaged, others };
}
