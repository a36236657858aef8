import type { NotifyOutcome } from '../../../core/notify/notify-outcome.ts';
import { parkedRecordKey } from '../../../core/notify/outbox-layout.ts';
import { recordOf } from '../../../core/outcome.ts';
import type { EventId, OutcomeRecord } from '../../../core/outcome-record.ts';
import { ServiceFailure } from '../../../core/service-failure.ts';
import { isContentRefusal, isPassingSlsFailure } from '../../../core/sls-codes.ts';
import type { HousekeepingDeps } from './deps.ts';
import type { RefusedRecord } from './park.ts';

/** What is known while one group is written. */
interface Writing {
  /** The log store took something: it works, and what it still refuses is at fault itself. */
  hasTaken: boolean;
  readonly refused: RefusedRecord[];
  /** Refused with a code nobody told us about, before the log store was seen to work. */
  suspects: readonly RefusedRecord[];
}

/**
 * Writes all records but those that the log store refuses for good, and gives these back. A code nobody told us about may
 * speak of the records or of the log store; what settles it is whether it takes the record that says so of the first one.
 *
 * @throws ServiceFailure when the log store does not answer, or refuses everything.
 */
export async function writeOrRefuse(
  deps: HousekeepingDeps,
  records: readonly OutcomeRecord[],
): Promise<readonly RefusedRecord[]> {
  const writing: Writing = { hasTaken: false, refused: [], suspects: [] };
  await write(deps, records, writing);
  const [suspect] = writing.suspects;
  if (suspect === undefined) return writing.refused;
  if (!writing.hasTaken) await prove(deps, suspect, writing);
  // It may have been the log store, and well again by now: the records have one more chance.
  const { suspects } = writing;
  writing.suspects = [];
  for (const { record } of suspects) await write(deps, [record], writing);
  return writing.refused;
}

/** Halves what is refused until single records are left. */
async function write(deps: HousekeepingDeps, records: readonly OutcomeRecord[], writing: Writing): Promise<void> {
  const [record, ...others] = records;
  if (record === undefined) return;
  try {
    await deps.log.append(records);
    writing.hasTaken = true;
  } catch (error) {
    if (!(error instanceof ServiceFailure) || isPassingSlsFailure(error.facts)) throw error;
    if (others.length > 0) {
      const half = Math.ceil(records.length / 2);
      await write(deps, records.slice(0, half), writing);
      await write(deps, records.slice(half), writing);
      return;
    }
    const one = { record, code: error.facts.code };
    if (writing.hasTaken || isContentRefusal(error.facts)) {
      writing.refused.push(one);
      return;
    }
    writing.suspects = [...writing.suspects, one];
    // Two records with nothing in common but this code: find out before all the others are tried one by one.
    if (writing.suspects.length > 1) await prove(deps, one, writing);
  }
}

/**
 * Finds out that the log store works, by a record that is true when it does.
 *
 * @throws ServiceFailure when it takes that neither: it is at fault, and no record is.
 */
async function prove(deps: HousekeepingDeps, { code, record }: RefusedRecord, writing: Writing): Promise<void> {
  const eventId = record.event_id as EventId;
  const about = { eventId, kind: record.kind };
  const refusal: NotifyOutcome = { kind: 'outcome-unwritable', parkedKey: parkedRecordKey(eventId), code, about };
  await deps.log.append([recordOf(refusal, deps.clock.now(), deps.run)]);
  writing.hasTaken = true;
}
