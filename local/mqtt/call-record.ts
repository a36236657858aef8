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

/** The newest calls, for questions such as "was the budget ever exceeded". */
export interface CallRecord {
  readonly add: (call: RecordedCall) => void;
  /** Oldest first, in the order they were answered. */
  readonly list: () => readonly RecordedCall[];
  readonly clear: () => void;
}

/** A record that keeps the newest `capacity` calls; the default holds well over ten minutes at the address limit. */
export function createCallRecord(capacity = 262_144): CallRecord {
  const ring: RecordedCall[] = [];
  let oldest = 0;
  return {
    add: (call) => {
      if (ring.length < capacity) {
        ring.push(call);
        return;
      }
      ring[oldest] = call;
      oldest = (oldest + 1) % capacity;
    },
    list: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    clear: () => {
      ring.length = 0;
      oldest = 0;
    },
  };
}
