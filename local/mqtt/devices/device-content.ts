import { createDerWriter, type DerWriter } from './der-writer.ts';
import type { Device } from './device.ts';
import { hashSerial, significantBytes } from './serial-bytes.ts';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const EXPLICIT_3 = 0xa3;
const KEY_BYTES = 256; // RSA 2048
const IDENTIFIER_BYTES = 20;
const FIXED_MAX_BYTES = 1024; // everything but issuer and name: 790 bytes, and a serial of at most 65

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const VERSION_3 = hex('a003 020102');
const SHA256_WITH_RSA = hex('300d 0609 2a864886f70d01010b 0500'); // 1.2.840.113549.1.1.11, NULL
const RSA = hex('300d 0609 2a864886f70d010101 0500'); // 1.2.840.113549.1.1.1, NULL
const EXPONENT = hex('0203 010001');
const COMMON_NAME = hex('0603 550403'); // 2.5.4.3
const KEY_IDENTIFIER = hex('0603 551d0e'); // 2.5.29.14, subjectKeyIdentifier
const ZERO = hex('00'); // a sign byte, or "no unused bits"
/** basicConstraints without CA; keyUsage digitalSignature and keyEncipherment. */
const NO_CA = hex('300c 0603 551d13 0101ff 0402 3000');
const KEY_USAGE = hex('300e 0603 551d0f 0101ff 0404 030205a0');

/** RFC 5280 4.1.2.5: two digits of the year until 2049, four from 2050. */
function writeTime(der: DerWriter, ms: number): void {
  const iso = new Date(ms).toISOString();
  const isShort = iso < '2050'; // a device's times begin in 1970
  const date = `${iso.slice(isShort ? 2 : 0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}`;
  const digits = `${date}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
  der.element(isShort ? UTC_TIME : GENERALIZED_TIME, Buffer.from(digits, 'latin1'));
}

/** X.690 8.3: the shortest form of a number that is not negative. */
function writePositive(der: DerWriter, bytes: Buffer): void {
  const end = der.end();
  const significant = significantBytes(bytes);
  der.bytes(significant);
  if ((significant[0] ?? 0x80) >= 0x80) der.bytes(ZERO);
  der.close(INTEGER, end);
}

function writeBits(der: DerWriter, write: () => void): void {
  const end = der.end();
  write();
  der.bytes(ZERO);
  der.close(BIT_STRING, end);
}

/** The same bytes for the same seed, different ones for another (xorshift32). */
function filler(seed: number, length: number): Buffer {
  const words = new Uint32Array(length / 4);
  let state = seed === 0 ? 1 : seed;
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer);
}

/** Extensions, key, subject and dates: the later half of the fields, written first. */
function writeSubject(der: DerWriter, device: Device, noise: Buffer): void {
  const extensions = der.end();
  der.bytes(KEY_USAGE);
  der.bytes(NO_CA);
  const identifier = der.end();
  const octets = der.end();
  der.element(OCTET_STRING, noise.subarray(-IDENTIFIER_BYTES));
  der.close(OCTET_STRING, octets);
  der.bytes(KEY_IDENTIFIER);
  der.close(SEQUENCE, identifier);
  der.close(SEQUENCE, extensions);
  der.close(EXPLICIT_3, extensions);

  const keyInfo = der.end();
  writeBits(der, () => {
    const key = der.end();
    der.bytes(EXPONENT);
    writePositive(der, noise.subarray(0, KEY_BYTES));
    der.close(SEQUENCE, key);
  });
  der.bytes(RSA);
  der.close(SEQUENCE, keyInfo);

  const subject = der.end();
  der.element(UTF8_STRING, Buffer.from(device.name, 'utf8'));
  der.bytes(COMMON_NAME);
  der.close(SEQUENCE, subject);
  der.close(SET, subject);
  der.close(SEQUENCE, subject);
  const dates = der.end();
  writeTime(der, device.validUntil);
  writeTime(der, device.validFrom);
  der.close(SEQUENCE, dates);
}

/**
 * Makes up the certificate of a device that came without one: a readable X.509 certificate of about 1.1 KB with the
 * device's own serial, name and dates, whose key and signature are filler. It is the same every time and kept nowhere.
 *
 * @param issuer - The subject of the CA, as DER.
 * @param label - What stands after BEGIN and END.
 */
export function makeUpContent(device: Device, issuer: Buffer, label = 'CERTIFICATE'): string {
  const serial = Buffer.from(device.serialHex, 'hex');
  const noise = filler(hashSerial(serial), KEY_BYTES * 2);
  noise[0] = (noise[0] ?? 0) | 0x80; // a modulus of full length
  noise[KEY_BYTES - 1] = (noise[KEY_BYTES - 1] ?? 0) | 1; // and odd
  const writer = createDerWriter(FIXED_MAX_BYTES + issuer.length + device.name.length * 3); // UTF-8 of UTF-16: at most 3
  const certificate = writer.end();
  writeBits(writer, () => writer.bytes(noise.subarray(KEY_BYTES)));
  writer.bytes(SHA256_WITH_RSA);
  const toBeSigned = writer.end();
  writeSubject(writer, device, noise);
  writer.bytes(issuer);
  writer.bytes(SHA256_WITH_RSA);
  writePositive(writer, serial);
  writer.bytes(VERSION_3);
  writer.close(SEQUENCE, toBeSigned);
  writer.close(SEQUENCE, certificate);
  const base64 = writer.finish().toString('base64');
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
