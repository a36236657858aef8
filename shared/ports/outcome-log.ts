import type { OutcomeRecord } from '../core/outcome-record.ts';

/**
 * The log store of outcomes. `append` writes all records or throws a `ServiceFailure`, after repeating what is worth
 * repeating. Records carry an `event_id`, so a write that happened twice is told apart when reading.
 */
export interface OutcomeLog {
  readonly append: (records: readonly OutcomeRecord[]) => Promise<void>;
}
