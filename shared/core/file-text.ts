/**
 * Reads the bytes of a file as text, whatever editor made it: UTF-8 and UTF-16 with or without a byte order mark. What
 * is none of these is read octet by octet, so that the ASCII in it (a PEM block under GBK comments) is still found.
 */
export function decodeText(bytes: Buffer): string {
  if (startsWith(bytes, [0xff, 0xfe])) return bytes.toString('utf16le', 2);
  if (startsWith(bytes, [0xfe, 0xff])) return bigEndianText(bytes.subarray(2));
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return bytes.toString('utf8', 3);
  const form = wideForm(bytes);
  if (form === 'little') return bytes.toString('utf16le');
  if (form === 'big') return bigEndianText(bytes);
  const text = bytes.toString('utf8');
  return text.includes('\u{FFFD}') ? bytes.toString('latin1') : text;
}

/** True when a person would call it text: no controls but tab, line ends and form feed. */
export function isPlainText(text: string): boolean {
  return !/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/.test(text);
}

/** ASCII in UTF-16 without a mark has a zero octet at every second place; 64 octets are enough to see it. */
function wideForm(bytes: Buffer): 'little' | 'big' | undefined {
  const sample = bytes.subarray(0, Math.min(bytes.length, 64) & ~1);
  if (sample.length < 4 || !sample.includes(0)) return undefined;
  const zeros = (offset: number): number => sample.filter((octet, index) => index % 2 === offset && octet === 0).length;
  const pairs = sample.length / 2;
  if (zeros(1) > pairs * 0.7 && zeros(0) === 0) return 'little';
  return zeros(0) > pairs * 0.7 && zeros(1) === 0 ? 'big' : undefined;
}

function bigEndianText(bytes: Buffer): string {
  // swap16 works in place and wants pairs; a lone last octet is no character.
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}

function startsWith(bytes: Buffer, prefix: readonly number[]): boolean {
  return prefix.every((octet, index) => bytes[index] === octet);
}
