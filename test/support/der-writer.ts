/** One DER element: tag octet, minimal length, content. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(body.length), body]);
}

/** SEQUENCE. */
export function sequence(...members: readonly Buffer[]): Buffer {
  return element(0x30, ...members);
}

/** SET, its members in the order given. */
export function set(...members: readonly Buffer[]): Buffer {
  return element(0x31, ...members);
}

/** INTEGER with exactly these content octets, right or wrong. */
export function integerOctets(octets: Buffer): Buffer {
  return element(0x02, octets);
}

/** INTEGER of a non-negative number below 2^31. */
export function integer(value: number): Buffer {
  const digits = value.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return integerOctets((octets[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), octets]) : octets);
}

/** OBJECT IDENTIFIER from dotted decimals. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** BIT STRING that uses all bits. */
export function bitString(octets: Buffer): Buffer {
  return element(0x03, Buffer.from([0]), octets);
}

/** OCTET STRING. */
export function octetString(octets: Buffer): Buffer {
  return element(0x04, octets);
}

/** BOOLEAN TRUE as DER writes it. */
export const TRUE: Buffer = Buffer.from([0x01, 0x01, 0xff]);

/** NULL. */
export const NULL: Buffer = Buffer.from([0x05, 0x00]);

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const isLate = Number(digits.slice(0, 4)) >= 2050;
  return isLate ? element(0x18, Buffer.from(digits)) : element(0x17, Buffer.from(digits.slice(2)));
}

function base128(value: number): readonly number[] {
  const octets = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | octets.length]), octets]);
}
