import { backoffDelay } from '../../shared/core/backoff.ts';
import { remedyOf } from '../../shared/core/openapi-code.ts';
import {
  InstanceBlockedError,
  OutOfTimeError,
  type PatientCalls,
  ServiceSilentError,
} from '../../shared/pipelines/sweep/patient-calls.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { CommandError } from '../terminal/command-error.ts';
import { serviceRefusal } from './service-refusal.ts';
import type { Target } from './target.ts';

/** A person waits: fewer tries and shorter pauses than a sweep has. */
const MAX_ATTEMPTS = 5;
const BACKOFF = { baseMs: 300, capMs: 3_000 } as const;

/**
 * Calls repeated while that can help a person who waits, until the person stops the command.
 *
 * @throws CommandError when it is stopped or nobody answers; InstanceBlockedError as the sweep's own calls do.
 */
export function commandCalls(
  target: Target,
  clock: Pick<Clock, 'sleep' | 'random'>,
  stopped: AbortSignal,
): PatientCalls {
  const read: PatientCalls['read'] = async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      if (stopped.aborted) throw new CommandError({ code: 'stopped', message: 'stopped before the end' });
      const answer = await call();
      if (answer.kind === 'answered') return answer;
      const remedy = remedyOf(answer.code);
      const service = { code: answer.code, requestId: answer.kind === 'refused' ? answer.requestId : '' };
      if (remedy === 'not-found') return { kind: 'not-found' };
      if (remedy === 'fix-configuration') throw new InstanceBlockedError(service);
      const isWorthRepeating = remedy === 'retry' || (remedy === 'unknown' && attempt === 1);
      if (isWorthRepeating && attempt < MAX_ATTEMPTS) {
        await clock.sleep(backoffDelay(attempt, clock.random(), BACKOFF));
        continue;
      }
      if (answer.kind === 'no-answer') throw serviceRefusal('the service did not answer', service, target);
      return { kind: 'failed', service };
    }
  };
  return { read, heard: () => undefined };
}

/** Runs work that reads as a sweep does, and says its ends in words for a person. */
export async function explained<Value>(target: Target, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InstanceBlockedError) {
      throw serviceRefusal('the service refuses to be read', error.service, target);
    }
    if (error instanceof OutOfTimeError || error instanceof ServiceSilentError) {
      throw new CommandError({ code: 'no-time-left', message: 'the service took too long', next: 'Try again later.' });
    }
    throw error;
  }
}
