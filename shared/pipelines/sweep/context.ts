import type { CauseId } from '../../core/alert-key.ts';
import type { InstanceId } from '../../core/instance.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import { type Outcome, recordOf } from '../../core/outcome.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import type { CaSerial } from '../../core/serial.ts';
import type { ActWindow } from '../../core/sweep/act-window.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import type { OpenSweep } from './open-sweep.ts';
import type { PatientCalls } from './patient-calls.ts';
import type { ControlsReader } from './read-controls.ts';

/** What every part of a lap shares. */
export interface SweepContext {
  readonly deps: SweepDeps;
  readonly calls: PatientCalls;
  readonly sweep: OpenSweep;
  readonly controls: ControlsReader;
  readonly window: ActWindow;
  /** What was set out to be done and can not be read: nothing is activated while there is any. */
  readonly unreadableIntents: readonly ObjectKey[];
}

/** The CA whose devices are swept. */
export interface SweptCa {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  /** The service's spelling; `undefined` for a CA that could not be read, under which nothing can be asked for. */
  readonly caSpelling: string | undefined;
  readonly caState: 'active' | 'inactive' | 'expired' | 'missing' | 'unreadable';
}

/** Many records at once would hold a million texts in memory. */
export const REPORT_BATCH = 2000;

/** Tells outcomes of this sweep, dated to its start so that a lap that tells them again tells the same. */
export function tell(context: SweepContext, outcomes: Iterable<SweepOutcome>): Promise<void> {
  return tellAt(context.deps, context.sweep.startedAt, outcomes);
}

/** An outcome that is told together with others, under the cause of the alert that speaks for them. */
export interface CoveredOutcome {
  readonly outcome: SweepOutcome;
  readonly under: CauseId;
}

/** Writes outcomes to the log of which people hear by another alert. */
export function tellCovered({ deps, sweep }: SweepContext, covered: readonly CoveredOutcome[]): Promise<void> {
  return deps.reporter.reportCovered(
    covered.map(({ outcome, under }) => ({ record: recordOf(outcome, sweep.startedAt, deps.run), under })),
  );
}

/** Tells outcomes dated to a moment, in batches. */
export async function tellAt(deps: SweepDeps, at: EpochMs, outcomes: Iterable<Outcome>): Promise<void> {
  let batch: OutcomeRecord[] = [];
  for (const outcome of outcomes) {
    batch.push(recordOf(outcome, at, deps.run));
    if (batch.length < REPORT_BATCH) continue;
    await deps.reporter.report(batch);
    batch = [];
  }
  await deps.reporter.report(batch);
}
