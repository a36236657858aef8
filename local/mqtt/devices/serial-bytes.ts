const HEX = /^[0-9a-f]+$/i;
const MAX_BYTES = 64; // GetDeviceCertificate page: at most 128 bytes of text, two digits each

/** The bytes that a serial's text names, zeros and all; `undefined` for text that is no hex number of 1 to 64 bytes. */
export function readSerialBytes(text: string): Buffer | undefined {
  const digits = HEX.test(text) ? text : text.replaceAll(/[:\s]/gu, '');
  if (digits.length > 2 * MAX_BYTES || !HEX.test(digits)) return undefined;
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

/**
 * The serial as a certificate would encode it, in lower-case hex: a number whose first bit is set gets its sign byte
 * (X.690 8.3); zeros that were given stay, because the service's own examples show more of them than DER allows.
 */
export function encodedSerial(text: string): string | undefined {
  const bytes = readSerialBytes(text);
  if (bytes === undefined) return undefined;
  return `${(bytes[0] ?? 0) >= 0x80 ? '00' : ''}${bytes.toString('hex')}`;
}

/** The bytes without leading zeros: equal for every spelling of one number. Zero itself has none. */
export function significantBytes(serial: Buffer): Buffer {
  let start = 0;
  while (serial[start] === 0) start += 1;
  return start === 0 ? serial : serial.subarray(start);
}

/** FNV-1a over the significant bytes, an unsigned 32-bit number. */
export function hashSerial(serial: Buffer): number {
  let hash = 0x811c9dc5;
  let start = 0;
  while (serial[start] === 0) start += 1;
  for (let at = start; at < serial.length; at += 1) hash = Math.imul(hash ^ (serial[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0; // the low bits choose the slot; FNV mixes them least
}
