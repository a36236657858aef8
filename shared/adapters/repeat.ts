import { type BackoffLimits, backoffDelay } from '../core/backoff.ts';
import { type FailureFacts, ServiceFailure, type ServiceName } from '../core/service-failure.ts';
import { type EpochMs, plus, since } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** How calls to one service are repeated. */
export interface RepeatPolicy {
  readonly service: ServiceName;
  readonly clock: Clock;
  /** When the invocation's work must be over; no attempt begins and no wait ends after it. */
  readonly deadline: EpochMs;
  /** Longest one attempt may take, in milliseconds. */
  readonly attemptMs: number;
  readonly maxAttempts: number;
  readonly backoff: BackoffLimits;
  readonly isWorthRepeating: (facts: FailureFacts) => boolean;
}

/**
 * Repeats a call that failed for a passing reason until it works, the deadline comes or the attempts are used up, and
 * then throws the last failure. Only a `ServiceFailure` is ever repeated; anything else is a defect and passes through.
 *
 * @param attempt - One call; is told how many milliseconds it may take.
 */
export async function repeat<Value>(
  policy: RepeatPolicy,
  attempt: (timeoutMs: number) => Promise<Value>,
): Promise<Value> {
  for (let made = 1; ; made += 1) {
    const left = since(policy.clock.now(), policy.deadline);
    if (left <= 0) throw new ServiceFailure({ service: policy.service, code: 'Timeout', status: 0, requestId: '' });
    try {
      return await attempt(Math.min(policy.attemptMs, left));
    } catch (error) {
      if (!(error instanceof ServiceFailure) || !policy.isWorthRepeating(error.facts)) throw error;
      const wait = backoffDelay(made, policy.clock.random(), policy.backoff);
      if (made >= policy.maxAttempts || plus(policy.clock.now(), wait) >= policy.deadline) throw error;
      await policy.clock.sleep(wait);
    }
  }
}
