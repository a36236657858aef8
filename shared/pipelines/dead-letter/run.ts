import { type LostCall, outcomeOfLostCall } from '../../core/lost-call.ts';
import { type RunFacts, recordOf } from '../../core/outcome.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { safeJson } from '../../core/safe-json.ts';
import { startOfDay } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OutcomeLog } from '../../ports/outcome-log.ts';
import type { Reporter } from '../report.ts';

/** What one invocation of the dead-letter function works with. */
export interface DeadLetterDeps {
  /** Writes to the bucket first and to the log store next. */
  readonly reporter: Reporter;
  /** The log store alone, for when the bucket fails; absent when it is not known where it is. */
  readonly log: OutcomeLog | undefined;
  /** Prints one line, without its end, on the function's own console. */
  readonly print: (line: string) => void;
  readonly clock: Clock;
  readonly run: RunFacts;
}

/**
 * Turns a call that the platform gave up on into an outcome and, unless it is an aged-out tick, an alert. Nothing comes
 * after this function, so it tries every place there is: the outbox, the log store, and at last one line on the console.
 * The id and the time of the outcome come from the lost call, so running this again adds nothing new.
 *
 * @throws whatever failed, after the last line is out, so that the platform tries again.
 */
export async function runDeadLetter(deps: DeadLetterDeps, call: LostCall): Promise<void> {
  // Without a time of its own the day has to do: retries must not give one alert many names.
  const at = call.at ?? startOfDay(deps.clock.now());
  const record = recordOf(outcomeOfLostCall(call), at, deps.run);
  try {
    await deps.reporter.report([record]);
  } catch (error) {
    await appendAnyway(deps, record);
    // A record is made of our words and display-safe fields only.
    deps.print(safeJson(record));
    throw error;
  }
}

/** The alert could not be written, or neither sink took the outcome; a log store that answers now should have it. */
async function appendAnyway({ log }: DeadLetterDeps, record: OutcomeRecord): Promise<void> {
  try {
    await log?.append([record]);
  } catch {
    // The failure of the report is the one that is thrown; this was one more try to keep the event.
  }
}
