import { expect, test } from 'vitest';
import { MAX_FILE_BYTES, readDropFile } from '../../../shared/core/drop-file.ts';
import { caRecipe, makeDer, pem, testKey, verificationRecipe } from '../../support/certificates.ts';
import { bitString, element, integer, NULL, oid, sequence, time } from '../../support/der-writer.ts';

const CA = makeDer(caRecipe('p256'));
const VERIFICATION = makeDer(verificationRecipe('p256'));
const TEXT = pem(CA);
const NAME = sequence();
const ALGORITHM = sequence(oid('1.2.840.10045.4.3.2'));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

function read(bytes: Buffer | string): ReturnType<typeof readDropFile> {
  return readDropFile({ name: 'file', bytes: Buffer.from(bytes) });
}

test.each([
  ['PEM', Buffer.from(TEXT)],
  ['PEM with CRLF', Buffer.from(pem(CA, 'CERTIFICATE', '\r\n'))],
  ['DER', CA],
  ['UTF-8 with a mark', Buffer.from(`\u{feff}${TEXT}`)],
  ['UTF-16LE with a mark', utf16(`\u{feff}${TEXT}`)],
  ['UTF-16BE with a mark', utf16(`\u{feff}${TEXT}`).swap16()],
  ['UTF-16LE without one', utf16(TEXT)],
  ['UTF-16BE without one', utf16(TEXT).swap16()],
  ['GBK comments above', Buffer.concat([Buffer.from('d6a4cae9', 'hex'), Buffer.from(`\n${TEXT}`)])],
  ["the service's own label", Buffer.from(pem(CA, 'DEVICECERTIFICATE'))],
  ["the service's own line feeds", Buffer.from(pem(CA, 'DEVICECERTIFICATE', '\\n'))],
  ['the label X509 CERTIFICATE', Buffer.from(pem(CA, 'X509 CERTIFICATE'))],
  ['trust settings of OpenSSL', Buffer.from(pem(Buffer.concat([CA, sequence(NULL)]), 'TRUSTED CERTIFICATE'))],
  ['an unusual label', Buffer.from(pem(CA, 'MY CA'))],
])('one certificate is found in %s', (_, bytes) => {
  const file = read(bytes);
  expect(file.certificates.map(({ serialDerHex }) => serialDerHex)).toEqual(['00f2690048870102']);
  expect(file).toMatchObject({ damaged: [], others: [] });
  expect(file.privateKey).toBeUndefined();
  expect(file.unreadable).toBeUndefined();
});

test('a chain file gives all its certificates in order', () => {
  const serials = read(`${TEXT}some text\n${pem(VERIFICATION)}`).certificates.map(({ serialDerHex }) => serialDerHex);
  expect(serials).toEqual(['00f2690048870102', '7269004887010203']);
});

test('a file is known by the hash of its bytes', () => {
  expect(read('').sha256).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test.each([
  ['an empty file', '', 'empty'],
  ['blank lines', ' \r\n\r\n', 'empty'],
  ['a note', 'please register this CA', 'text'],
  ['noise', Buffer.from([1, 2, 3, 0, 0, 255, 200]), 'unknown'],
  ['a ZIP archive', Buffer.from('504b030414000000', 'hex'), 'archive-zip'],
  ['a gzip archive', Buffer.from('1f8b0800', 'hex'), 'archive-gzip'],
  ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex'), 'archive-7z'],
  ['a RAR archive', Buffer.from('526172211a070100', 'hex'), 'archive-rar'],
  ['a bzip2 archive', Buffer.from('425a683931', 'hex'), 'archive-bzip2'],
  ['an xz archive', Buffer.from('fd377a585a0000', 'hex'), 'archive-xz'],
  ['a tar archive', Buffer.concat([Buffer.alloc(257, 0x61), Buffer.from('ustar')]), 'archive-tar'],
  ['a request in DER', request(), 'certificate-request'],
  ['a request in PEM', pem(request(), 'CERTIFICATE REQUEST'), 'certificate-request'],
  ['a request labelled as a certificate', pem(request()), 'certificate-request'],
  ['a public key', pem(testKey('p256').spki, 'PUBLIC KEY'), 'public-key'],
  ['a revocation list', pem(revocationList(), 'X509 CRL'), 'crl'],
  ['a PKCS #7 bundle', pem(sequence(oid('1.2.840.113549.1.7.2')), 'PKCS7'), 'pkcs7'],
  ['curve parameters', pem(oid('1.2.840.10045.3.1.7'), 'EC PARAMETERS'), 'parameters'],
])('%s is listed for what it is and blocks nothing', (_, bytes, what) => {
  expect(read(bytes)).toMatchObject({ certificates: [], damaged: [], others: [{ what }] });
});

test.each([
  ['no end', TEXT.replace(/-----END.*/, ''), 'pem-unclosed'],
  ['bad base64', TEXT.replace('MII', 'MI!'), 'pem-not-base64'],
  ['something behind it', pem(Buffer.concat([CA, NULL])), 'trailing-bytes'],
  ['a cut end', pem(CA.subarray(0, 200)), 'truncated'],
  ['noise in it', pem(Buffer.from('this is not ASN.1 at all')), 'not-der'],
  ['something behind its DER', Buffer.concat([CA, Buffer.from('\r\n')]), 'trailing-bytes'],
])('a certificate with %s is damaged', (_, bytes, reason) => {
  expect(read(bytes)).toMatchObject({ certificates: [], damaged: [reason] });
});

test('one damaged certificate does not hide the others', () => {
  expect(read(`${pem(CA.subarray(0, 99))}${TEXT}`)).toMatchObject({
    certificates: [{ selfIssued: true }],
    damaged: ['truncated'],
  });
});

test('a file of 65,536 bytes is read, one more is not', () => {
  const padded = (length: number): Buffer => Buffer.from(TEXT.padEnd(length, '\n'));
  expect(read(padded(MAX_FILE_BYTES)).certificates).toHaveLength(1);
  expect(read(padded(MAX_FILE_BYTES + 1))).toMatchObject({ certificates: [], unreadable: 'too-large' });
});

test('32 blocks are read, 33 are not', () => {
  expect(read(TEXT.repeat(32)).certificates).toHaveLength(32);
  expect(read(TEXT.repeat(33))).toMatchObject({ certificates: [], unreadable: 'too-many-blocks' });
});

test('a file of a thousand blocks is refused as a whole', () => {
  const block = '-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n';
  expect(read(block.repeat(1000))).toMatchObject({ unreadable: 'too-many-blocks', others: [] });
});

function request(): Buffer {
  const name = sequence(element(0x31, sequence(oid('2.5.4.3'), element(0x0c, Buffer.from('x')))));
  return sequence(sequence(integer(0), name, testKey('p256').spki), ALGORITHM, bitString(Buffer.from([1])));
}

function revocationList(): Buffer {
  return sequence(sequence(integer(1), ALGORITHM, NAME, time(0)), ALGORITHM, bitString(Buffer.from([1])));
}
