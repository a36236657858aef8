import { sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { readCertificate } from '../../../shared/core/certificate.ts';
import { checkSignature } from '../../../shared/core/signature.ts';
import {
  basicConstraints,
  CODE,
  caRecipe,
  commonNames,
  extension,
  FROM_MS,
  factsOf,
  keyUsage,
  makeDer,
  modulusOf,
  type Recipe,
  rdn,
  rsaSpki,
  testKey,
  UNTIL_MS,
  usualSignature,
  verificationRecipe,
} from '../../support/certificates.ts';
import { bitString, element, integer, integerOctets, oid, sequence, time } from '../../support/der-writer.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ca = (changes: Partial<Recipe> = {}): Buffer => makeDer(caRecipe('p256', changes));

test('a certificate is read whole', () => {
  const der = ca();
  const facts = factsOf(der);
  expect(facts).toMatchObject({
    serial: { kind: 'serial', value: 'f2690048870102' },
    serialDerHex: '00f2690048870102',
    subject: { text: 'CN=Fleet CA', isEmpty: false },
    issuer: { text: 'CN=Fleet CA', isEmpty: false },
    commonNames: ['Fleet CA'],
    notBefore: FROM_MS,
    notAfter: UNTIL_MS,
    key: { kind: 'ec', curve: 'P-256' },
    signatureAlgorithm: { oid: '1.2.840.10045.4.3.2', hash: 'sha256', family: 'ec' },
    basicConstraints: { present: true, critical: true, ca: true, pathLength: undefined },
    keyUsage: { present: true, keyCertSign: true },
    caByOpenssl: true,
    selfIssued: true,
  });
  expect(facts.der.equals(der)).toBe(true);
  expect(facts.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(facts.pem).toMatch(
    /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{1,64}={0,2}\n)+-----END CERTIFICATE-----\n$/,
  );
});

test('every key type is told', () => {
  const keyOf = (spki: Buffer): unknown => factsOf(ca({ spki })).key;
  expect(keyOf(testKey('rsa-2048-65537').spki)).toEqual({
    kind: 'rsa',
    pssOnly: false,
    bits: 2048,
    exponentBits: 17,
    exponent: 65_537,
    exponentIsOdd: true,
  });
  expect(keyOf(testKey('p384').spki)).toEqual({ kind: 'ec', curve: 'P-384' });
  expect(keyOf(testKey('p521').spki)).toEqual({ kind: 'ec', curve: 'P-521' });
  expect(keyOf(testKey('secp256k1').spki)).toEqual({ kind: 'ec', curve: 'secp256k1' });
  expect(keyOf(testKey('ed25519').spki)).toEqual({ kind: 'ed25519' });
  expect(keyOf(testKey('dsa').spki)).toEqual({ kind: 'other', oid: '1.2.840.10040.4.1' });
});

test('the bits of an RSA key are those of its modulus, not of its octets', () => {
  for (const bits of [2047, 2048, 2049]) {
    expect(factsOf(ca({ spki: rsaSpki(modulusOf(bits), hex('010001')) })).key).toMatchObject({ bits });
  }
});

test('exponents of 32 bits are told as numbers, longer ones by their length', () => {
  const exponentOf = (exponent: string): unknown => factsOf(ca({ spki: rsaSpki(modulusOf(2048), hex(exponent)) })).key;
  expect(exponentOf('00ffffffff')).toMatchObject({ exponent: 4_294_967_295, exponentBits: 32, exponentIsOdd: true });
  expect(exponentOf('0100000001')).toMatchObject({ exponent: undefined, exponentBits: 33, exponentIsOdd: true });
  expect(exponentOf('010000')).toMatchObject({ exponent: 65_536, exponentBits: 17, exponentIsOdd: false });
});

test('a serial is its positive number, or the reason why it has none', () => {
  const serialOf = (octets: string): unknown => factsOf(ca({ serial: hex(octets) })).serial;
  expect(serialOf('01')).toEqual({ kind: 'serial', value: '1' });
  expect(serialOf('0a0b0c')).toEqual({ kind: 'serial', value: 'a0b0c' });
  expect(serialOf('00')).toEqual({ kind: 'problem', problem: 'zero' });
  expect(serialOf('f1')).toEqual({ kind: 'problem', problem: 'negative' });
  expect(serialOf(`7f${'ff'.repeat(18)}`)).toEqual({ kind: 'serial', value: `7f${'ff'.repeat(18)}` });
  expect(serialOf(`7f${'ff'.repeat(19)}`)).toEqual({ kind: 'serial', value: `7f${'ff'.repeat(19)}` });
  expect(serialOf(`00${'ff'.repeat(20)}`)).toEqual({ kind: 'serial', value: 'ff'.repeat(20) });
  expect(serialOf(`01${'ff'.repeat(20)}`)).toEqual({ kind: 'problem', problem: 'too-long' });
});

test('every common name is read, in its own string type', () => {
  const subject = sequence(
    rdn('2.5.4.3', 0x13, Buffer.from('printable')),
    rdn('2.5.4.10', 0x0c, Buffer.from('Acme')),
    rdn('2.5.4.3', 0x1e, Buffer.from('注册', 'utf16le').swap16()),
    rdn('2.5.4.3', 0x0c, Buffer.from('é')),
    rdn('2.5.4.3', 0x1c, hex('0001f44d')),
    rdn('2.5.4.3', 0x14, hex('e9')),
  );
  expect(factsOf(ca({ subject })).commonNames).toEqual(['printable', '注册', 'é', '👍', 'é']);
});

test('common names inside one multi-valued RDN are all read', () => {
  const attribute = (type: string, text: string): Buffer => sequence(oid(type), element(0x0c, Buffer.from(text)));
  const subject = sequence(
    element(0x31, attribute('2.5.4.3', 'a'), attribute('2.5.4.3', 'b'), attribute('2.5.4.10', 'c')),
  );
  expect(factsOf(ca({ subject })).commonNames).toEqual(['a', 'b']);
});

test('a hostile name is harmless where people see it', () => {
  const facts = factsOf(ca({ subject: commonNames('**x**\u001b[2J\n\u202ehttps://evil') }));
  expect(facts.subject.text).toBe('CN=＊＊x＊＊␛［2J␊\u{fffd}https:／／evil');
  expect(facts.commonNames).toEqual(['**x**\u001b[2J\n\u202ehttps://evil']);
});

test('no extensions, and an empty subject, are told as such', () => {
  const facts = factsOf(ca({ extensions: [], subject: sequence() }));
  expect(facts).toMatchObject({
    basicConstraints: { present: false },
    keyUsage: { present: false },
    subject: { text: '', isEmpty: true },
    commonNames: [],
    caByOpenssl: false,
  });
});

test('flags, path length and key usage are read from the extensions', () => {
  const read = (...extensions: readonly Buffer[]): unknown => factsOf(ca({ extensions }));
  expect(read(basicConstraints(true, { critical: false, pathLength: 3 }), keyUsage(0x80))).toMatchObject({
    basicConstraints: { present: true, critical: false, ca: true, pathLength: 3 },
    keyUsage: { present: true, keyCertSign: false },
    caByOpenssl: false,
  });
  expect(read(basicConstraints(false))).toMatchObject({ basicConstraints: { ca: false, pathLength: undefined } });
});

test('years from 2050 on are read', () => {
  expect(factsOf(ca({ notAfter: 4_102_444_800_000 })).notAfter).toBe(4_102_444_800_000);
});

test.each([
  ['nothing', Buffer.alloc(0), 'truncated'],
  ['something behind it', Buffer.concat([ca(), Buffer.from('\n')]), 'trailing-bytes'],
  ['another certificate behind it', Buffer.concat([ca(), ca()]), 'trailing-bytes'],
  ['its end missing', ca().subarray(0, -1), 'truncated'],
  ['a text', Buffer.from('hello, world'), 'not-der'],
  ['an indefinite length', Buffer.concat([hex('3080'), ca().subarray(4), hex('0000')]), 'not-der'],
  ['an empty serial', ca({ serial: Buffer.alloc(0) }), 'serial-missing'],
  ['a name that is no name', ca({ subject: sequence(integer(1)) }), 'bad-name'],
  ['an extension list that is none', ca({ extensions: [integer(1)] }), 'refused-by-openssl'],
  ['basicConstraints that are none', ca({ extensions: [extension('2.5.29.19', true, integer(1))] }), 'bad-extension'],
  ['a key that is none', ca({ spki: sequence(integer(1)) }), 'refused-by-openssl'],
  ['deep nesting', element(0x30, nested(20_000)), 'not-der'],
  ['an eight-octet length', hex('3088ffffffffffffffff'), 'not-der'],
])('a certificate with %s is unreadable', (_, der, reason) => {
  expect(readCertificate(der)).toEqual({ kind: 'unreadable', reason });
});

test('a validity of impossible days is unreadable', () => {
  const der = ca();
  const at = der.indexOf(Buffer.from('260101000000Z'));
  der.write('260230', at);
  expect(readCertificate(der)).toEqual({ kind: 'unreadable', reason: 'bad-time' });
});

test('a PEM block hidden inside a certificate is not read in its place', () => {
  const hidden = factsOf(ca({ subject: commonNames('hidden') })).pem;
  const facts = factsOf(
    ca({ extensions: [basicConstraints(false), extension('1.2.3.4', false, Buffer.from(`\n${hidden}`))] }),
  );
  expect(facts).toMatchObject({ commonNames: ['Fleet CA'], caByOpenssl: false });
});

test.each(['p256', 'p384', 'p521', 'secp256k1', 'ed25519', 'rsa-2048-65537', 'rsa-2048-3'] as const)(
  'a signature by %s is verified, and another key of the type is not',
  (type) => {
    const verification = factsOf(makeDer(verificationRecipe(type)));
    expect(checkSignature(factsOf(makeDer(caRecipe(type))), verification)).toBe('verified');
    const other = testKey(type, 'other');
    const changes = { spki: other.spki, signer: other.privateKey };
    expect(checkSignature(factsOf(makeDer(caRecipe(type, changes))), verification)).toBe('not-verified');
  },
);

test('a signature is checked again on facts that were copied', () => {
  const verification = { ...factsOf(makeDer(verificationRecipe('p256'))) };
  expect(checkSignature({ ...factsOf(ca()) }, verification)).toBe('verified');
});

test('a PSS signature tells its hash from its parameters, and SHA-1 when it has none', () => {
  const pss = (parameters: Buffer): Buffer => sequence(oid('1.2.840.113549.1.1.10'), parameters);
  const sha256 = sequence(element(0xa0, sequence(oid('2.16.840.1.101.3.4.2.1'))));
  const hashOf = (parameters: Buffer): unknown => factsOf(withAlgorithm(pss(parameters))).signatureAlgorithm.hash;
  expect(hashOf(sha256)).toBe('sha256');
  expect(hashOf(sequence())).toBe('sha1');
});

test.each([
  ['a modulus over 8192 bits', rsaSpki(modulusOf(8193), hex('010001'))],
  ['an exponent over 32 bits', rsaSpki(modulusOf(2048), hex('0100000001'))],
  ['an exponent of 8192 bits', rsaSpki(modulusOf(8192), Buffer.concat([hex('00'), Buffer.alloc(1024, 0xff)]))],
  ['an even exponent', rsaSpki(modulusOf(2048), hex('010000'))],
  ['an exponent of 1', rsaSpki(modulusOf(2048), hex('01'))],
  ['a type nobody documents', testKey('dsa').spki],
])('cryptography is not asked about %s', (_, spki) => {
  const signer = factsOf(ca({ spki }));
  const signed = factsOf(makeDer(verificationRecipe('rsa-2048-65537')));
  expect(checkSignature(signer, signed)).toBe('refused');
});

test('a registration code is found as common name', () => {
  expect(factsOf(makeDer(verificationRecipe('ed25519'))).commonNames).toEqual([CODE]);
  expect(usualSignature('ed25519')).toBe('ed25519');
});

function nested(depth: number): Buffer {
  return Buffer.from('3080'.repeat(depth), 'hex');
}

/** A certificate that names this signature algorithm; its signature is not worth anything. */
function withAlgorithm(algorithm: Buffer): Buffer {
  const { privateKey, spki } = testKey('rsa-2048-65537');
  const name = commonNames('x');
  const validity = sequence(time(FROM_MS), time(UNTIL_MS));
  const tbs = sequence(integerOctets(hex('01')), algorithm, name, validity, name, spki);
  return sequence(tbs, algorithm, bitString(sign('sha256', tbs, privateKey)));
}
