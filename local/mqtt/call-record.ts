import { createRing, type Ring } from './ring.ts';

/** One call that reached the stand-in, whatever became of it. */
export interface RecordedCall {
  /** Arrival on the real monotonic clock, milliseconds; differences are exact whatever the moved clock does. */
  readonly at: number;
  /** The action header as sent, cut to 64 characters; empty when there was none. */
  readonly action: string;
  /** The caller's address. */
  readonly source: string;
  /** `OK`, an error code, `Blocked`, or the name of the fault that took the answer away. */
  readonly code: string;
}

/** The newest calls, for questions such as "was the budget ever exceeded"; in the order they were answered. */
export type CallRecord = Ring<RecordedCall>;

/** A record that keeps the newest `capacity` calls; the default holds well over ten minutes at the address limit. */
export const createCallRecord = (capacity = 262_144): CallRecord => createRing(capacity);
