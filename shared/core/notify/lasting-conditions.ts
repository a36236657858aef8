import { isFoundBySweeps } from '../outcome-table.ts';
import { type DurationMs, durationMs, type EpochMs, hours } from '../time.ts';
import { type KnownCondition, kindOf, type NotifyMemory, SWEEP_STOPPERS } from './condition-memory.ts';

const REPEATED_AFTER = hours(24);
/** What reports lasting trouble once a day may be two hours late. */
const UNREPORTED_AFTER = hours(26);

/** Conditions to be told without an alert: those that last and were not told for a day, and those proven to be over. */
export function conditionsToTell(
  memory: NotifyMemory,
  now: EpochMs,
  sweepInterval: DurationMs,
): readonly KnownCondition[] {
  const patience = patienceWith(sweepInterval);
  return [...memory.conditions.values()].filter(
    (known) =>
      known.overSince !== undefined ||
      (now - known.lastToldAt >= REPEATED_AFTER && (known.untold > 0 || now - known.lastSeenAt <= patience)),
  );
}

/**
 * Conditions nobody reports any more and nobody ended; everything about them was told. What sweeps report is not given up
 * while there are none, nor before they could have reported it again.
 */
export function unreportedConditions(
  memory: NotifyMemory,
  now: EpochMs,
  sweepInterval: DurationMs,
): readonly KnownCondition[] {
  const patience = patienceWith(sweepInterval);
  const areSweepsHeard = sweepsAreHeard(memory, now, patience);
  return [...memory.conditions.values()].filter(
    (known) =>
      known.overSince === undefined &&
      known.untold === 0 &&
      now - known.lastSeenAt > patience &&
      (areSweepsHeard || SWEEP_STOPPERS.has(known.kind) || !isFoundBySweeps(known.kind)),
  );
}

/** Lasting trouble is reported by the first sweep after a day, and that sweep takes its time. */
function patienceWith(sweepInterval: DurationMs): DurationMs {
  return durationMs(Math.max(UNREPORTED_AFTER, hours(24) + 2 * sweepInterval));
}

function sweepsAreHeard({ conditions, ended }: NotifyMemory, now: EpochMs, patience: DurationMs): boolean {
  const areStopped = [...conditions.values()].some(({ kind }) => SWEEP_STOPPERS.has(kind));
  const goOnSince = ended.filter(({ causeId }) => SWEEP_STOPPERS.has(kindOf(causeId)));
  return !areStopped && goOnSince.every(({ forgottenAt }) => now - forgottenAt > patience);
}
