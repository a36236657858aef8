import type { DeviceReading } from '../../core/device-reading.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import { type ListAnswer, NO_LIST_ANSWER } from '../../core/sweep/ca-findings.ts';
import { type InactiveDates, inactiveDates } from '../../core/sweep/inactive-dates.ts';

/** How far the reading of one CA's devices has come; survives a lap as a checkpoint. */
export interface ReadProgress {
  /** The memory byte after this sweep, one per watched device in the order of the list. */
  readonly next: Uint8Array;
  /** 1 where this sweep has a reading. */
  readonly isRead: Uint8Array;
  readCount: number;
  /** Validity of the inactive ones, by place in the list. */
  readonly inactive: InactiveDates;
  /** Codes of devices that could not be read, by place in the list; of the first {@link FAILURES_MAX} only. */
  readonly failures: Map<number, string>;
  list: ListPass;
  /** What became of asking for the list; one refusal stands for the whole sweep. */
  listed: ListAnswer;
  /** Devices that were asked for though they were never seen and a list was read that does not name them. */
  strangersAsked: number;
  /** Listed devices that are not in the list, where every device of the CA is watched. */
  readonly others: Map<DeviceSerial, FoundOther>;
}

/**
 * How the pass through the list of a CA's devices stands; it says who of the others may be taken as not there.
 * - `under-way`: `page` is the next one, from 1;
 * - `over`: it was read to its end;
 * - `none`: no list says who is there, because none was asked for, or it was refused, or left when asking one by one had
 *   become cheaper.
 */
export type ListPass =
  | { readonly kind: 'under-way'; readonly page: number; readonly isWhole: boolean }
  /** `isWhole`: nothing on it was unreadable, so that what it does not name is not there. */
  | { readonly kind: 'over'; readonly isWhole: boolean }
  | { readonly kind: 'none' };

/** What is kept of a reading until the device has its place in the list. */
export type FoundOther = Pick<DeviceReading, 'status' | 'validFrom' | 'validUntil'>;

/** More of them have one cause, which is told by then. */
export const FAILURES_MAX = 1000;

/** The beginning of a reading. */
export function newProgress(before: Uint8Array): ReadProgress {
  return {
    next: Uint8Array.from(before),
    isRead: new Uint8Array(before.length),
    readCount: 0,
    inactive: inactiveDates(before.length),
    failures: new Map(),
    list: { kind: 'under-way', page: 1, isWhole: true },
    listed: NO_LIST_ANSWER,
    strangersAsked: 0,
    others: new Map(),
  };
}
