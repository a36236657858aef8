import { countCall, type EndedCall, NO_SILENCE, type SilenceCount } from './silence-count.ts';

/** What failed in a row in spite of all patience. */
export interface FailingCount {
  readonly calls: number;
  /** Those that failed together counted once, as calls without an answer are. */
  readonly causes: SilenceCount;
}

/** What is asked is answered. */
export const NO_FAILING: FailingCount = { calls: 0, causes: NO_SILENCE };

/** So many calls in a row: a few broken certificates one after the other are not yet a broken service. */
const CALLS = 30;
/** Of so many causes one after the other: hundreds of calls that meet one outage are not yet a lasting one. */
const CAUSES = 4;

/** Counts a call that was given up after all its repetitions. */
export function countFailed(before: FailingCount, call: Omit<EndedCall, 'isAnswered'>): FailingCount {
  return { calls: before.calls + 1, causes: countCall(before.causes, { ...call, isAnswered: false }) };
}

/** Whether asking on is in vain: with the patience that each call is given, that is after some minutes. */
export function isFailingForGood({ calls, causes }: FailingCount): boolean {
  return calls >= CALLS && causes.count >= CAUSES;
}
