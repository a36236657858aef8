import { encodedSerial } from './serial-bytes.ts';

/** Whether the broker lets a registered device in. */
export type DeviceStatus = 'active' | 'inactive';

/** A registered device certificate. Serials are as the certificates encode them, in lower-case hex. */
export interface Device {
  readonly caSerialHex: string;
  readonly serialHex: string;
  readonly name: string;
  /** Epoch milliseconds; both ends still belong to the validity. */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly status: DeviceStatus;
  /** The certificate as it was handed over; without one the content that lists show is made up on the fly. */
  readonly pem: string | undefined;
}

/** A device as a caller hands it over. */
export interface NewDevice {
  /** Any hex spelling. */
  readonly serial: string;
  /** Default: `device-` and the serial. */
  readonly name?: string | undefined;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Default: active. */
  readonly status?: DeviceStatus | undefined;
  readonly pem?: string | undefined;
}

const NAME_MAX_CHARS = 256;
const PEM_MAX_CHARS = 64 * 1024;
const LAST_YEAR_9999 = 253_402_300_799_999; // RFC 5280 4.1.2.5: the last time that a certificate can say

/** The name of a device that was given none. */
export const defaultName = (serialHex: string): string => `device-${serialHex}`;

const isTime = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= LAST_YEAR_9999;

/** A device as the table keeps it; `undefined` when a serial, a time or a length is none that a certificate can have. */
export function readNewDevice(caSerialHex: string, given: NewDevice): Device | undefined {
  const serialHex = encodedSerial(given.serial);
  if (serialHex === undefined || !isTime(given.validFrom) || !isTime(given.validUntil)) return undefined;
  const { name = defaultName(serialHex), status = 'active', pem, validFrom, validUntil } = given;
  if (name.length > NAME_MAX_CHARS || (pem?.length ?? 0) > PEM_MAX_CHARS) return undefined;
  return { caSerialHex, serialHex, name, validFrom, validUntil, status, pem };
}
