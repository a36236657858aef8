import { backoffDelay } from '../../core/backoff.ts';
import { remedyOf } from '../../core/openapi-code.ts';
import type { ServiceWord } from '../../core/outcome.ts';
import { plus } from '../../core/time.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import type { SweepDeps } from './deps.ts';

/** Nothing on this instance can be read until somebody mends settings, permissions or the account. */
export class InstanceBlockedError extends Error {
  override readonly name = 'InstanceBlockedError';
  readonly service: ServiceWord;

  constructor(service: ServiceWord) {
    super(`the service refuses the instance: ${service.code}`);
    this.service = service;
  }
}

/** So many calls in a row brought no answer that asking on would only keep a blocked address blocked. */
export class ServiceSilentError extends Error {
  override readonly name = 'ServiceSilentError';
  readonly count: number;

  constructor(count: number) {
    super(`${String(count)} calls in a row brought no answer`);
    this.count = count;
  }
}

/** The lap has no time left for what it wants to do next. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** What a call brought once repeating can not help any more. */
export type Settled<Value> =
  | { readonly kind: 'answered'; readonly value: Value; readonly requestId: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly service: ServiceWord };

/** Calls that are repeated while that can help, with one eye on the whole: silence and refusals end the sweep early. */
export interface PatientCalls {
  /**
   * @throws InstanceBlockedError for a configuration error, ServiceSilentError after too many calls without an answer,
   *   OutOfTimeError when the lap is nearly over.
   */
  readonly read: <Value>(call: () => Promise<CallAnswer<Value>>) => Promise<Settled<Value>>;
  /** Counts an answer that was not asked for through `read`; throws ServiceSilentError like it. */
  readonly heard: (answer: CallAnswer<unknown>) => void;
}

const BACKOFF = { baseMs: 500, capMs: 10_000 } as const;
const MAX_ATTEMPTS = 10;
const SILENCE_LIMIT = 20;
/** What one more call may take at most. */
const CALL_ALLOWANCE_MS = 8_000;

/** Patience for one lap. */
export function patientCalls(deps: SweepDeps): PatientCalls {
  let silent = 0;

  const heard = (answer: CallAnswer<unknown>): void => {
    silent = answer.kind === 'no-answer' ? silent + 1 : 0;
    if (silent >= SILENCE_LIMIT) throw new ServiceSilentError(silent);
  };

  return {
    heard,
    read: async (call) => {
      for (let attempt = 1; ; attempt += 1) {
        if (deps.clock.now() + CALL_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
        const answer = await call();
        heard(answer);
        if (answer.kind === 'answered') return answer;
        const remedy = remedyOf(answer.code);
        const service = { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
        if (remedy === 'not-found') return { kind: 'not-found' };
        if (remedy === 'fix-configuration') throw new InstanceBlockedError(service);
        const worthRepeating = remedy === 'retry' || (remedy === 'unknown' && attempt === 1);
        if (!worthRepeating || attempt >= MAX_ATTEMPTS) return { kind: 'failed', service };
        const delay = backoffDelay(attempt, deps.clock.random(), BACKOFF);
        if (plus(deps.clock.now(), delay) + CALL_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
        await deps.clock.sleep(delay);
      }
    },
  };
}
