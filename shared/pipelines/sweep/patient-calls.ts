import { isThrottled, remedyOf } from '../../core/openapi-code.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import { countFailed, isFailingForGood, NO_FAILING } from '../../core/sweep/failing-count.ts';
import { countCall, NO_SILENCE, type SilenceCount } from '../../core/sweep/silence-count.ts';
import { type EpochMs, plus } from '../../core/time.ts';
import type { CallAnswer } from '../../ports/mqtt-certificates.ts';
import { CALL_ALLOWANCE, isWorthRepeating, pauseBeforeRetry, type Unanswered, wordOf } from '../call-patience.ts';
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

const MAX_ATTEMPTS = 10;
/** Throttling for a minute or two must not make devices unreadable. */
const MAX_ATTEMPTS_THROTTLED = 30;
/** As `countCall` counts them. */
const SILENCE_LIMIT = 20;

/** Whether a call's code says that nobody answered; what can not be read is still an answer of somebody. */
export function isUnanswered(code: string): boolean {
  return code === 'Timeout' || code === 'NoConnection';
}

/** Patience for one lap. */
export function patientCalls(deps: SweepDeps): PatientCalls {
  let silence: SilenceCount = NO_SILENCE;
  let failing = NO_FAILING;
  let underWay = 0;

  const hear = (answer: CallAnswer<unknown>, startedAt: EpochMs): void => {
    const isAnswered = answer.kind !== 'no-answer' || !isUnanswered(answer.code);
    const call = { startedAt, endedAt: deps.clock.now(), isAnswered, isAlone: underWay <= 1 };
    silence = countCall(silence, call);
    if (silence.count >= SILENCE_LIMIT) throw new ServiceSilentError(silence.count);
  };

  /** A call that was given up: asking for every device when each of them fails would take hours. */
  const giveUp = (answer: Unanswered, startedAt: EpochMs): void => {
    failing = countFailed(failing, { startedAt, endedAt: deps.clock.now(), isAlone: underWay <= 1 });
    if (isFailingForGood(failing)) throw new InstanceBlockedError(wordOf(answer), 'failing');
  };

  const repeat: PatientCalls['read'] = async (call) => {
    const begunAt = deps.clock.now();
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = deps.clock.now();
      if (plus(startedAt, CALL_ALLOWANCE) > deps.deadline) throw new OutOfTimeError();
      const answer = await call();
      hear(answer, startedAt);
      if (answer.kind === 'answered' || remedyOf(answer.code) === 'not-found') failing = NO_FAILING;
      if (answer.kind === 'answered') return answer;
      const remedy = remedyOf(answer.code);
      if (remedy === 'not-found') return { kind: 'not-found' };
      const isRefused = remedy === 'fix-configuration' || remedy === 'refresh-credentials';
      if (isRefused) throw new InstanceBlockedError(wordOf(answer), 'refused');
      const isRepeated = isWorthRepeating(answer, attempt);
      const most = isThrottled(answer.code) ? MAX_ATTEMPTS_THROTTLED : MAX_ATTEMPTS;
      if (!isRepeated || attempt >= most) {
        // Calls without any answer are counted as silence.
        if (isRepeated && !isUnanswered(answer.code)) giveUp(answer, begunAt);
        return { kind: 'failed', service: wordOf(answer) };
      }
      if (!(await pauseBeforeRetry(deps.clock, attempt, deps.deadline))) throw new OutOfTimeError();
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
