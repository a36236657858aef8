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
  /** The next page of the list, from 1; `undefined` when the pass is over. */
  page: number | undefined;
  /** Calls spent on devices that were never seen and are not listed. */
  strangersAsked: number;
}

/** More inactive devices under one CA than this trip the breaker whatever their details are. */
export const INACTIVE_DETAILS_MAX = 20_000;

/** The beginning of a reading. */
export function newProgress(before: Uint8Array): ReadProgress {
  return {
    next: Uint8Array.from(before),
    isRead: new Uint8Array(before.length),
    readCount: 0,
    inactive: new Map(),
    page: 1,
    strangersAsked: 0,
  };
}
