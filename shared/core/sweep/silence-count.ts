import { type DurationMs, type EpochMs, seconds, since } from '../time.ts';

/** How many calls in a row brought no answer, those that failed together counted once. */
export interface SilenceCount {
  readonly count: number;
  /** When the last one that was counted was given up; `undefined` while the service answers. */
  readonly countedAt: EpochMs | undefined;
}

/** What is to be known of a call that is over. */
export interface EndedCall {
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  /** Whether anybody answered, be it with a refusal. */
  readonly isAnswered: boolean;
  /** No other call is under way or about to be repeated. */
  readonly isAlone: boolean;
}

/** The service answers. */
export const NO_SILENCE: SilenceCount = { count: 0, countedAt: undefined };

/** Of calls that are made side by side no more than one counts in this time. */
const APART: DurationMs = seconds(1);

/**
 * Counts a call. Calls one after the other count each. Of calls made side by side, those that were under way together
 * failed of one cause, however many they were, and their repetitions meet what is left of it: one without an answer counts
 * only if it began a second or more after the last one that counted was over. Twenty in a row so take twenty seconds of
 * resets or two minutes of timeouts of 5 s: longer than a balancer takes to be replaced, and far less than a lap.
 */
export function countCall(before: SilenceCount, { endedAt, isAlone, isAnswered, startedAt }: EndedCall): SilenceCount {
  if (isAnswered) return NO_SILENCE;
  const isOneCause = !isAlone && before.countedAt !== undefined && since(before.countedAt, startedAt) < APART;
  return isOneCause ? before : { count: before.count + 1, countedAt: endedAt };
}
