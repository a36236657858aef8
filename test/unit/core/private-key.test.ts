import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { CODE, caRecipe, factsOf, makeDer, pem, testKey } from '../../support/certificates.ts';
import { bitString, integer, integerOctets, octetString, oid, sequence } from '../../support/der-writer.ts';

const EC: KeyObject = testKey('p256', 'leaked').privateKey;
const RSA: KeyObject = testKey('rsa-1024-65537', 'leaked').privateKey;
const DSA: KeyObject = testKey('dsa', 'leaked').privateKey;
const PKCS8 = EC.export({ type: 'pkcs8', format: 'pem' }).toString();
const CERTIFICATE = pem(makeDer(caRecipe('p256')));
const SECRET = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;

/** The first elements of a PKCS #12 file (RFC 7292 section 4), as OpenSSL and as Java write them. */
const PFX = sequence(integer(3), sequence(oid('1.2.840.113549.1.7.1')));
const PFX_BER = Buffer.from('3080020103308006092a864886f70d010701', 'hex');
/** A file of ssh-keygen's own format, without a real key in it. */
const OPENSSH = Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.alloc(64, 1)]);

function keyIn(bytes: Buffer | string): string | undefined {
  return readDropFile({ name: 'some.file', bytes: Buffer.from(bytes) }).privateKey;
}

test.each([
  ['PKCS #8', PKCS8, 'pkcs8'],
  ['encrypted PKCS #8', EC.export({ type: 'pkcs8', format: 'pem', ...SECRET }), 'encrypted-pkcs8'],
  ['PKCS #1', RSA.export({ type: 'pkcs1', format: 'pem' }), 'rsa'],
  ['encrypted PKCS #1', RSA.export({ type: 'pkcs1', format: 'pem', ...SECRET }), 'rsa'],
  ['SEC 1', EC.export({ type: 'sec1', format: 'pem' }), 'ec'],
  ['DSA', pem(Buffer.from([0x30, 0]), 'DSA PRIVATE KEY'), 'dsa'],
  ['OpenSSH', pem(OPENSSH, 'OPENSSH PRIVATE KEY'), 'openssh'],
  ['an unheard-of label', pem(Buffer.from([1]), 'KRYPTON HYBRID PRIVATE KEY'), 'pem'],
  ['PGP', pem(Buffer.from([1]), 'PGP PRIVATE KEY BLOCK'), 'pgp'],
  ['SSH2', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAQID\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n', 'ssh2'],
  ['PKCS #12', pem(PFX, 'PKCS12'), 'pkcs12'],
  ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n', 'putty'],
  ['a JSON web key', JSON.stringify(EC.export({ format: 'jwk' })), 'jwk'],
  ['.NET XML', '<RSAKeyValue><Modulus>AQ==</Modulus><D>AQ==</D></RSAKeyValue>', 'xml'],
])('a private key as text is found: %s', (_, text, kind) => {
  expect(keyIn(text)).toBe(kind);
});

test.each([
  ['PKCS #8 EC', EC.export({ type: 'pkcs8', format: 'der' }), 'pkcs8'],
  ['PKCS #8 RSA', RSA.export({ type: 'pkcs8', format: 'der' }), 'pkcs8'],
  ['PKCS #8 DSA', DSA.export({ type: 'pkcs8', format: 'der' }), 'pkcs8'],
  ['PKCS #8 Ed25519', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }), 'pkcs8'],
  ['encrypted PKCS #8', EC.export({ type: 'pkcs8', format: 'der', ...SECRET }), 'encrypted-pkcs8'],
  ['PKCS #1', RSA.export({ type: 'pkcs1', format: 'der' }), 'rsa'],
  ['SEC 1', EC.export({ type: 'sec1', format: 'der' }), 'ec'],
  ['PKCS #12', PFX, 'pkcs12'],
  ['PKCS #12 in BER', PFX_BER, 'pkcs12'],
  ['JKS', Buffer.from('feedfeed00000002000000010000', 'hex'), 'jks'],
  ['JCEKS', Buffer.from('cececece00000002000000010000', 'hex'), 'jceks'],
  ['OpenSSH without armor', OPENSSH, 'openssh'],
  ['PKCS #8, truncated', EC.export({ type: 'pkcs8', format: 'der' }).subarray(0, 60), 'pkcs8'],
  ['PKCS #1, truncated', RSA.export({ type: 'pkcs1', format: 'der' }).subarray(0, 200), 'rsa'],
])('a private key in binary is found: %s', (_, der, kind) => {
  expect(keyIn(der)).toBe(kind);
});

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

test.each([
  ['UTF-16LE with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(PKCS8)])],
  ['UTF-16BE with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(PKCS8).swap16()])],
  ['UTF-16LE without one', utf16(PKCS8)],
  ['UTF-16BE without one', utf16(PKCS8).swap16()],
  ['UTF-16 behind an odd number of octets', Buffer.concat([Buffer.from('abc'), utf16(PKCS8)])],
  ['UTF-8 with a mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(PKCS8)])],
  ['lower case', Buffer.from(PKCS8.toLowerCase())],
  ['mixed case', Buffer.from(PKCS8.replaceAll('PRIVATE KEY', 'Private Key'))],
  ['no END line', Buffer.from(PKCS8.replace(/-----END.*/, ''))],
  ['no BEGIN line', Buffer.from(PKCS8.replace(/-----BEGIN.*\n/, ''))],
  ['only its BEGIN line', Buffer.from('-----BEGIN EC PRIVATE KEY-----')],
  ['too few dashes', Buffer.from(PKCS8.replaceAll('-----', '---'))],
  ['the dashes of a word processor', Buffer.from(PKCS8.replaceAll('-----', '—–-'))],
  ['no dashes', Buffer.from(PKCS8.replaceAll('-----', ''))],
  ['literal line feeds', Buffer.from(PKCS8.replaceAll('\n', '\\n'))],
  ['underscores', Buffer.from(PKCS8.replaceAll('PRIVATE KEY', 'PRIVATE_KEY'))],
  ['neither BEGIN nor END', Buffer.from(PKCS8.replace(/-----.*\n/g, ''))],
  ['base64 on one line', Buffer.from(EC.export({ type: 'pkcs8', format: 'der' }).toString('base64'))],
  ['base64 inside a note', Buffer.from(`Hello, this is it:\n${PKCS8.replace(/-----.*\n/g, '')}\nBye`)],
  ['the label of a certificate', Buffer.from(PKCS8.replaceAll('PRIVATE KEY', 'CERTIFICATE'))],
  ['after a certificate', Buffer.from(`${CERTIFICATE}${PKCS8}`)],
  ['before a certificate', Buffer.from(`${PKCS8}${CERTIFICATE}`)],
  ['stored in a ZIP file', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from(PKCS8)])],
  ['behind the size limit of a file it starts', Buffer.concat([Buffer.from(PKCS8), Buffer.alloc(70_000, 32)])],
])('a private key is found in disguise: %s', (_, bytes) => {
  expect(keyIn(bytes)).toBeDefined();
});

test.each([
  ['a certificate', CERTIFICATE],
  ['a certificate without armor', makeDer(caRecipe('p256')).toString('base64')],
  ['a certificate in DER', makeDer(caRecipe('rsa-2048-65537'))],
  ['a public key', testKey('p256').spki],
  ['an RSA public key', sequence(integerOctets(Buffer.alloc(128, 0x55)), integer(65_537))],
  ['a note about keys', 'Never upload the private key! Your private key stays with you.'],
  ['a registration code', CODE],
  ['a public key in JSON', JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'AQ', y: 'AQ' })],
  ['a request', sequence(sequence(integer(0), sequence()), sequence(oid('1.2.3')), bitString(Buffer.from([1])))],
  ['nothing', ''],
  ['noise', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251))],
  ['an octet string', sequence(octetString(Buffer.from([1])))],
])('no private key is seen in %s', (_, bytes) => {
  expect(keyIn(bytes)).toBeUndefined();
});

test('a certificate stays readable beside a key', () => {
  const file = readDropFile({ name: 'both.pem', bytes: Buffer.from(`${PKCS8}${CERTIFICATE}`) });
  expect(file.certificates.map(({ fingerprint }) => fingerprint)).toEqual([
    factsOf(Buffer.from(CERTIFICATE.replace(/-----.*\n/g, ''), 'base64')).fingerprint,
  ]);
});
