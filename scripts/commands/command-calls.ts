import { remedyOf } from '../../shared/core/openapi-code.ts';
import { durationMs } from '../../shared/core/time.ts';
import type { PatientCalls } from '../../shared/pipelines/sweep/patient-calls.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { CommandError } from '../terminal/command-error.ts';
import { serviceRefusal } from './service-refusal.ts';
import type { Target } from './target.ts';

/** A person waits: fewer tries and shorter pauses than a sweep has. */
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 300;

/**
 * Calls repeated while that can help a person who waits, until the person stops the command.
 *
 * @throws CommandError when it is stopped, when nobody answers, and for what only settings or permissions can mend.
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
      if (remedy === 'fix-configuration') throw serviceRefusal('the service refuses to be read', service, target);
      const isWorthRepeating = remedy === 'retry' || (remedy === 'unknown' && attempt === 1);
      if (isWorthRepeating && attempt < MAX_ATTEMPTS) {
        await clock.sleep(durationMs(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + clock.random() / 2)));
        continue;
      }
      if (answer.kind === 'no-answer') throw serviceRefusal('the service did not answer', service, target);
      return { kind: 'failed', service };
    }
  };
  return { read, heard: () => undefined };
}
