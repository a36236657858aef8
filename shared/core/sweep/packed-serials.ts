import { type DeviceSerial, SERIAL_MAX_OCTETS } from '../serial.ts';

/** Octets of one packed serial: the longest there is, shorter ones with zeros in front. */
export const SERIAL_OCTETS = SERIAL_MAX_OCTETS;

const DIGITS = Uint8Array.from(Buffer.from('0123456789abcdef'));
const NO_DIGIT = 0xff;
/** The value of a hex digit by its character code. */
const VALUE_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = DIGITS.indexOf(code);
  return value === -1 ? NO_DIGIT : value;
});

/** How many serials are packed there. */
export function countOf(devices: Uint8Array): number {
  return devices.length / SERIAL_OCTETS;
}

/** Writes a serial as 20 octets, most significant first, at `index`. Throws `RangeError` past the end. */
export function packInto(devices: Uint8Array, index: number, serial: DeviceSerial): void {
  const start = index * SERIAL_OCTETS;
  const end = start + SERIAL_OCTETS;
  if (end > devices.length) throw new RangeError('no room for another serial');
  devices.fill(0, start, end);
  let at = end - 1;
  for (let digit = serial.length - 1; digit >= 0; digit -= 2) {
    const low = VALUE_OF[serial.charCodeAt(digit)] ?? NO_DIGIT;
    const high = digit === 0 ? 0 : (VALUE_OF[serial.charCodeAt(digit - 1)] ?? NO_DIGIT);
    devices[at] = high * 16 + low;
    at -= 1;
  }
}

/** Packs serials in the order given. */
export function packSerials(serials: readonly DeviceSerial[]): Uint8Array {
  const devices = new Uint8Array(serials.length * SERIAL_OCTETS);
  serials.forEach((serial, index) => {
    packInto(devices, index, serial);
  });
  return devices;
}

/** The serial at `index`, in its canonical spelling. Throws `RangeError` when there is none. */
export function deviceAt(devices: Uint8Array, index: number): DeviceSerial {
  const start = index * SERIAL_OCTETS;
  if (index < 0 || start + SERIAL_OCTETS > devices.length) throw new RangeError('no such device');
  const hex = Buffer.from(devices.buffer, devices.byteOffset + start, SERIAL_OCTETS).toString('hex');
  return hex.replace(/^0+/, '') as DeviceSerial; // packed from a canonical serial, so the stripped hex is one
}

/** Where a serial is in a sorted list; -1 when it is not. */
export function indexOfDevice(devices: Uint8Array, serial: DeviceSerial): number {
  const wanted = packSerials([serial]);
  let low = 0;
  let high = countOf(devices) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareAt(devices, middle, wanted, 0);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Negative, 0 or positive as the serial at `a` of `left` is before, equal to or after the one at `b` of `right`. */
export function compareAt(left: Uint8Array, a: number, right: Uint8Array, b: number): number {
  const leftStart = a * SERIAL_OCTETS;
  const rightStart = b * SERIAL_OCTETS;
  for (let octet = 0; octet < SERIAL_OCTETS; octet += 1) {
    const order = (left[leftStart + octet] ?? 0) - (right[rightStart + octet] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** Both sorted lists as one sorted list without repetitions. */
export function unionOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const union = new Uint8Array(left.length + right.length);
  let a = 0;
  let b = 0;
  let used = 0;
  const take = (from: Uint8Array, index: number): void => {
    union.set(from.subarray(index * SERIAL_OCTETS, (index + 1) * SERIAL_OCTETS), used * SERIAL_OCTETS);
    used += 1;
  };
  while (a < countOf(left) || b < countOf(right)) {
    const order = b === countOf(right) ? -1 : a === countOf(left) ? 1 : compareAt(left, a, right, b);
    if (order <= 0) take(left, a);
    else take(right, b);
    if (order <= 0) a += 1;
    if (order >= 0) b += 1;
  }
  return union.length === used * SERIAL_OCTETS ? union : union.slice(0, used * SERIAL_OCTETS);
}
