import { backoffDelay } from '../../core/backoff.ts';
import { isThrottled, remedyOf } from '../../core/openapi-code.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { countCall, NO_SILENCE, type SilenceCount } from '../../core/sweep/silence-count.ts';
import { type EpochMs, plus } from '../../core/time.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import type { SweepDeps } from './deps.ts';

/** Nothing on this instance can be read until somebody mends settings, permissions or the account. */
export class InstanceBlockedError extends Error {
  override readonly name = 'InstanceBlockedError';
  readonly service: ServiceWord;
  /** `failing`: nothing was refused, but call after call fails in a way that should pass and does not. */
  readonly why: 'refused' | 'failing';

  constructor(service: ServiceWord, why: 'refused' | 'failing') {
    super(`the service does not serve the instance: ${service.code}`);
    this.service = service;
    this.why = why;
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
/** Throttling for a minute or two must not make devices unreadable. */
const MAX_ATTEMPTS_THROTTLED = 30;
/** So many calls in a row that failed in spite of all patience: asking for every device would take hours. */
const FAILING_LIMIT = 30;
/** As `countCall` counts them. */
const SILENCE_LIMIT = 20;
/** What one more call may take at most. */
const CALL_ALLOWANCE_MS = 8_000;

/** Whether a call's code says that nobody answered; what can not be read is still an answer of somebody. */
export function isUnanswered(code: string): boolean {
  return code === 'Timeout' || code === 'NoConnection';
}

/** Patience for one lap. */
export function patientCalls(deps: SweepDeps): PatientCalls {
  let silence: SilenceCount = NO_SILENCE;
  let failing = 0;
  let underWay = 0;

  const hear = (answer: CallAnswer<unknown>, startedAt: EpochMs): void => {
    const isAnswered = answer.kind !== 'no-answer' || !isUnanswered(answer.code);
    const call = { startedAt, endedAt: deps.clock.now(), isAnswered, isAlone: underWay <= 1 };
    silence = countCall(silence, call);
    if (silence.count >= SILENCE_LIMIT) throw new ServiceSilentError(silence.count);
  };

  const repeat: PatientCalls['read'] = async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = deps.clock.now();
      if (startedAt + CALL_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
      const answer = await call();
      hear(answer, startedAt);
      if (answer.kind === 'answered' || remedyOf(answer.code) === 'not-found') failing = 0;
      if (answer.kind === 'answered') return answer;
      const remedy = remedyOf(answer.code);
      const service = { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
      if (remedy === 'not-found') return { kind: 'not-found' };
      const isRefused = remedy === 'fix-configuration' || remedy === 'refresh-credentials';
      if (isRefused) throw new InstanceBlockedError(service, 'refused');
      const worthRepeating = remedy === 'retry' || (remedy === 'unknown' && attempt === 1);
      const most = isThrottled(answer.code) ? MAX_ATTEMPTS_THROTTLED : MAX_ATTEMPTS;
      if (!worthRepeating || attempt >= most) {
        // Calls without any answer are counted as silence.
        if (worthRepeating && !isUnanswered(answer.code)) failing += 1;
        if (failing >= FAILING_LIMIT) throw new InstanceBlockedError(service, 'failing');
        return { kind: 'failed', service };
      }
      const delay = backoffDelay(attempt, deps.clock.random(), BACKOFF);
      if (plus(deps.clock.now(), delay) + CALL_ALLOWANCE_MS > deps.deadline) throw new OutOfTimeError();
      await deps.clock.sleep(delay);
    }
  };

  return {
    heard: (answer) => hear(answer, deps.clock.now()),
    read: async (call) => {
      underWay += 1;
      try {
        return await repeat(call);
      } finally {
        underWay -= 1;
      }
    },
  };
}
