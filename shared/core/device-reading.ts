import type { DeviceSerial } from './serial.ts';
import type { EpochMs } from './time.ts';

/**
 * A device certificate as the service tells it, its PEM text left out: nothing is decided by it, and a page of them is
 * the largest thing this API sends.
 */
export interface DeviceReading {
  /** The service's own spelling, for further calls. */
  readonly serialAsReceived: string;
  readonly serial: DeviceSerial;
  /** Empty when the service did not say. */
  readonly caSerialAsReceived: string;
  /** Foreign text of at most 256 characters, not yet fit for people. */
  readonly name: string;
  /** An unknown value is told, never guessed. */
  readonly status: 'active' | 'inactive' | { readonly unknown: string };
  readonly validFrom?: EpochMs;
  readonly validUntil?: EpochMs;
}
