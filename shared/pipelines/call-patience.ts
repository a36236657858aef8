import { backoffDelay } from '../core/backoff.ts';
import { remedyOf } from '../core/openapi-code.ts';
import type { ServiceWord } from '../core/service-word.ts';
import { type DurationMs, durationMs, type EpochMs, plus, seconds } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { CallAnswer } from '../ports/mqtt-certificates.ts';

/** What one more call to the certificate service may take at most. */
export const CALL_ALLOWANCE: DurationMs = seconds(8);
const BACKOFF = { baseMs: 500, capMs: 10_000 } as const;

/** A call that was not answered with what was asked for. */
export type Unanswered = Exclude<CallAnswer<unknown>, { kind: 'answered' }>;

/** What the service, or whoever stood in its way, said. */
export function wordOf(answer: Unanswered): ServiceWord {
  return { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
}

/** Whether a read is worth repeating after `attempt` attempts: a code that nobody knows gets a second one. */
export function isWorthRepeating({ code }: Unanswered, attempt: number): boolean {
  const remedy = remedyOf(code);
  return remedy === 'retry' || (remedy === 'unknown' && attempt === 1);
}

/**
 * Waits before attempt `attempt + 1`.
 *
 * @param until - A call that could not be over by then is not begun.
 * @returns False, at once, when there is no time for it.
 */
export async function pauseBeforeRetry(clock: Clock, attempt: number, until: EpochMs): Promise<boolean> {
  const delay = backoffDelay(attempt, clock.random(), BACKOFF);
  if (plus(clock.now(), durationMs(delay + CALL_ALLOWANCE)) > until) return false;
  await clock.sleep(delay);
  return true;
}
