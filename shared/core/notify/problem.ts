import type { CauseId } from '../alert-key.ts';
import type { OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind, Severity } from '../outcome-table.ts';
import type { EpochMs } from '../time.ts';

/** What one message, or one line of a digest, tells: alerts of one cause, as far as they are known from the outbox. */
export interface Problem {
  readonly causeId: CauseId;
  readonly kind: OutcomeKind;
  readonly severity: Severity;
  /** Distinct events since this problem was last told; at least 1, but 0 for a mere repetition. */
  readonly count: number;
  /** Of the events that are told. */
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** `new`; `again`: it was told before and more has happened; `standing`: it lasts and is repeated; `ended`: it is over. */
  readonly phase: 'new' | 'again' | 'standing' | 'ended';
  /** Since when a condition lasts. */
  readonly since: EpochMs;
  /** At most three of the records, newest first; none when they could not be read. */
  readonly samples: readonly OutcomeRecord[];
}

/** Problems of a message that it does not name: they are only counted. */
export interface UnnamedProblems {
  readonly problems: number;
  readonly events: number;
  /** How many of the problems are over. */
  readonly ended: number;
}

/** Every problem has a name. */
export const NOTHING_UNNAMED: UnnamedProblems = { problems: 0, events: 0, ended: 0 };
