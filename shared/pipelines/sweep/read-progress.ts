import type { DeviceReading } from '../../core/device-reading.ts';
import type { DeviceSerial } from '../../core/serial.ts';
import type { InactiveDetail } from '../../core/sweep/decide-ca.ts';

/** How far the reading of one CA's devices has come; survives a lap as a checkpoint. */
export interface ReadProgress {
  /** The memory byte after this sweep, one per watched device in the order of the list. */
  readonly next: Uint8Array;
  /** 1 where this sweep has a reading. */
  readonly isRead: Uint8Array;
  readCount: number;
  /** By place in the list; details of the first {@link INACTIVE_DETAILS_MAX} only. */
  readonly inactive: Map<number, InactiveDetail>;
  /** Codes of devices that could not be read, by place in the list; of the first {@link FAILURES_MAX} only. */
  readonly failures: Map<number, string>;
  /** The next page of the list, from 1; `undefined` when the pass is over. */
  page: number | undefined;
  /** No page was missing so far: what is not listed is not there. */
  isWhole: boolean;
  /** Calls spent on devices that were never seen and are not listed. */
  strangersAsked: number;
  /** Listed devices that are not in the list, where every device of the CA is watched. */
  readonly others: Map<DeviceSerial, FoundOther>;
}

/** What is kept of a reading until the device has its place in the list. */
export type FoundOther = Pick<DeviceReading, 'status' | 'validFrom' | 'validUntil'>;

/** More inactive devices under one CA than this trip the breaker whatever their details are. */
export const INACTIVE_DETAILS_MAX = 20_000;

/** More of them have one cause, which is told by then. */
export const FAILURES_MAX = 1000;

/** The beginning of a reading. */
export function newProgress(before: Uint8Array): ReadProgress {
  return {
    next: Uint8Array.from(before),
    isRead: new Uint8Array(before.length),
    readCount: 0,
    inactive: new Map(),
    failures: new Map(),
    page: 1,
    isWhole: true,
    strangersAsked: 0,
    others: new Map(),
  };
}
