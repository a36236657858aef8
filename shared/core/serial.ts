import type { Brand } from './brand.ts';

/**
 * The serial of a CA certificate in its one spelling: lower-case hex, no separators, no leading zeros, never zero,
 * at most 20 octets (RFC 5280 section 4.1.2.2).
 */
export type CaSerial = Brand<string, 'CaSerial'>;

/** The serial of a device certificate, spelled like {@link CaSerial}. */
export type DeviceSerial = Brand<string, 'DeviceSerial'>;

/** The service takes serials of at most 128 bytes (GetCaCertificate `Sn`, GetDeviceCertificate `DeviceSn`). */
export const SERIAL_MAX_TEXT_BYTES = 128;

/** RFC 5280 section 4.1.2.2: conforming CAs use no longer serials. Counted without a leading sign octet. */
export const SERIAL_MAX_OCTETS = 20;

const SEPARATORS = /[:\s]/g;
/** Hex digits after any leading zeros, the first of them not zero. */
const HEX = /^0*([1-9a-f][0-9a-f]*)$/;

/**
 * Reads a CA serial in any hex spelling: upper or lower case, with colons or blanks, with leading zeros.
 *
 * @returns `undefined` for anything that is not hex, zero, negative (a minus sign), longer than 20 octets without its
 *   leading zeros, or longer than 128 bytes as text.
 */
export function parseCaSerial(text: string): CaSerial | undefined {
  return canonicalHex(text) as CaSerial | undefined;
}

/** Reads a device serial; same spellings and limits as {@link parseCaSerial}. */
export function parseDeviceSerial(text: string): DeviceSerial | undefined {
  return canonicalHex(text) as DeviceSerial | undefined;
}

/**
 * The spellings to try against the service, most likely first. The service documents no format; its examples look
 * like the DER bytes in lower-case hex (with the `00` octet that keeps a serial with a high first bit positive), and
 * one carries a `00` that DER would not have. An answer "no such CA" is believed only after the last spelling.
 *
 * @returns two to four different spellings, none longer than 128 bytes.
 */
export function serviceSpellings(serial: CaSerial | DeviceSerial): readonly string[] {
  const octets = serial.length % 2 === 0 ? serial : `0${serial}`;
  const signed = needsSignOctet(octets) ? `00${octets}` : octets;
  return [...new Set([signed, octets, `00${octets}`, serial])];
}

function needsSignOctet(octets: string): boolean {
  return Number.parseInt(octets.slice(0, 2), 16) >= 0x80;
}

function canonicalHex(text: string): string | undefined {
  // Hex is ASCII, so a longer text in bytes is a longer text in characters or not hex at all.
  if (text.length > SERIAL_MAX_TEXT_BYTES) return undefined;
  const digits = text.replace(SEPARATORS, '').toLowerCase();
  const stripped = HEX.exec(digits)?.[1];
  return stripped === undefined || stripped.length > SERIAL_MAX_OCTETS * 2 ? undefined : stripped;
}
