import type { NotifyOutcome } from '../../../core/notify/notify-outcome.ts';
import { type RunFacts, recordOf } from '../../../core/outcome.ts';
import { ServiceFailure } from '../../../core/service-failure.ts';
import { type EpochMs, plus, seconds } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';
import type { OutcomeLog } from '../../../ports/outcome-log.ts';
import type { RunLog } from '../../../ports/run-log.ts';
import type { Reporter } from '../../report.ts';
import type { NotifySettings } from '../deps.ts';

/** What the housekeeping of one run works with. */
export interface HousekeepingDeps {
  readonly store: ObjectStore;
  /** Asked itself, because what it refuses must be told apart from what it can not take now. */
  readonly log: OutcomeLog;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly runLog: RunLog;
  readonly run: RunFacts;
  readonly settings: Pick<NotifySettings, 'canary' | 'sweepInterval' | 'timeZone'>;
  readonly hasSecondChannel: boolean;
  /** When this run must be over. */
  readonly deadline: EpochMs;
}

/** A request to the log store may take three attempts of five seconds; less than this is not enough to begin anything. */
const ENOUGH = seconds(5);

/** Whether there is time to begin something more. */
export function hasTime({ clock, deadline }: HousekeepingDeps): boolean {
  return plus(clock.now(), ENOUGH) < deadline;
}

/** Reports one of the teller's own outcomes, which happened at `at`. */
export async function reportAt(deps: HousekeepingDeps, at: EpochMs, outcome: NotifyOutcome): Promise<void> {
  await deps.reporter.report([recordOf(outcome, at, deps.run)]);
}

/** Notes that a chore failed and is left to the next run. */
export function choreFailed({ runLog }: Pick<HousekeepingDeps, 'runLog'>, kind: string, error: unknown): void {
  runLog.write({ event: 'chore-failed', kind, code: codeOf(error) });
}

function codeOf(error: unknown): string {
  if (error instanceof ServiceFailure) return `${error.facts.service}-${error.facts.code}`;
  return error instanceof Error ? error.name : 'unknown';
}
