import {
  type CaSerial,
  type DeviceSerial,
  parseDeviceSerial,
  SERIAL_MAX_OCTETS,
  SERIAL_MAX_TEXT_BYTES,
} from '../serial.ts';
import type { WatchLineProblem } from './watch-problems.ts';

/** What a cell for a serial holds. */
export type SerialCell =
  | { readonly kind: 'serial'; readonly serial: DeviceSerial }
  | { readonly kind: 'star' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'problem'; readonly problem: WatchLineProblem };

/** What most cells are: hex with a letter in it, nothing around it. */
const PLAIN = /^(?=[0-9]*[a-f])[0-9a-f]{1,40}$/i;
const HEX_OCTETS = /^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i;
/** `="00af"`, how spreadsheets are told to keep a text, and the apostrophe that means the same. */
const KEPT_AS_TEXT = /^(?:="(.*)"|'(.*))$/;
/** A sign in the exponent or a fraction: `1E+15`, `1.2e15`, `1,2E15`. Without either, `1e15` is hex as well as any. */
const SCIENTIFIC = /^-?\d+(?:[.,]\d+e[+-]?\d+|e[+-]\d+)$/i;
const FRACTION = /^-?\d+[.,]\d+$/;

/**
 * Reads a serial as people write it: hex in any case, with or without colons, blanks, leading zeros or `0x`; decimal
 * after `dec:`. Digits alone are never guessed, except in pairs with colons, which no decimal number has.
 */
export function readSerialCell(cell: string): SerialCell {
  if (PLAIN.test(cell)) return serialOrProblem(cell);
  const text = unwrapped(cell);
  if (text === '') return { kind: 'empty' };
  if (text === '*') return { kind: 'star' };
  if (/^dec:/i.test(text)) return readDecimal(text.slice(4).trim());
  if (/^0x/i.test(text)) return serialOrProblem(text.slice(2));
  if (HEX_OCTETS.test(text)) return serialOrProblem(text);
  const mangled = manglingOf(text);
  return mangled === undefined ? serialOrProblem(text) : { kind: 'problem', problem: mangled };
}

/** How a serial is written in a watch list: hex, with `0x` where it would look like a number. */
export function watchSpelling(serial: CaSerial | DeviceSerial): string {
  return /^\d+(?:e\d+)?$/.test(serial) ? `0x${serial}` : serial;
}

/** Full-width digits become digits; blanks of every kind and marks nobody sees go from the ends. */
function unwrapped(cell: string): string {
  const text = cell.normalize('NFKC').replaceAll(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '');
  const match = KEPT_AS_TEXT.exec(text);
  return match === null ? text : (match[1] ?? match[2] ?? '').trim();
}

function manglingOf(text: string): WatchLineProblem | undefined {
  if (/^#+$/.test(text)) return 'excel-hashes';
  if (SCIENTIFIC.test(text)) return 'excel-number';
  if (FRACTION.test(text)) return 'excel-decimal';
  if (/^-[0-9a-f\s:]+$/i.test(text)) return 'serial-negative';
  if (/^[\d\s]+$/.test(text)) return /^[0\s]+$/.test(text) ? 'serial-zero' : 'digits-only';
  return undefined;
}

function readDecimal(digits: string): SerialCell {
  // 20 octets have at most 49 decimal digits; what is longer is not worth a big number.
  if (!/^\d{1,128}$/.test(digits)) return { kind: 'problem', problem: 'serial-not-hex' };
  return serialOrProblem(BigInt(digits).toString(16));
}

function serialOrProblem(hex: string): SerialCell {
  const serial = parseDeviceSerial(hex);
  if (serial !== undefined) return { kind: 'serial', serial };
  return { kind: 'problem', problem: problemOf(hex) };
}

function problemOf(hex: string): WatchLineProblem {
  if (hex.length > SERIAL_MAX_TEXT_BYTES) return 'serial-too-long';
  const digits = hex.replaceAll(/[:\s]/g, '');
  if (!/^[0-9a-f]+$/i.test(digits)) return 'serial-not-hex';
  return digits.replace(/^0+/, '').length > SERIAL_MAX_OCTETS * 2 ? 'serial-too-long' : 'serial-zero';
}
