import { endInputs } from '../../core/sweep/condition-words.ts';
import {
  conditionsAfter,
  type EndedCondition,
  type EndReason,
  isDue,
  type OpenCondition,
  type OpenConditions,
  type StandingCondition,
} from '../../core/sweep/conditions.ts';
import type { ConditionScope } from '../../core/sweep/sweep-layout.ts';
import { causeOfSweep, type SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { type KnownConditions, writeConditions } from './conditions-store.ts';
import { type SweepContext, tell, tellCovered } from './context.ts';

/** What a sweep found about the conditions of an instance, or of the deployment. */
export interface Found {
  readonly standing: readonly StandingCondition[];
  /** Why an open condition that does not stand has ended; `undefined` when nobody could look. */
  readonly endOf: (condition: OpenCondition) => EndReason | undefined;
}

/**
 * Writes down what stands open from now on and what ended, then tells the ends. A lap that comes here again finds it
 * written, and tells the same ends under the same event ids.
 */
export async function settleConditions(
  context: SweepContext,
  scope: ConditionScope,
  known: KnownConditions,
  { endOf, standing }: Found,
): Promise<void> {
  const { deps, sweep } = context;
  if (known.ended !== undefined) return tellEnds(context, scope, known.ended);
  const after = conditionsAfter(known.open, standing, endOf, sweep.startedAt);
  const isSame = after.ended.length === 0 && after.open.every((one) => isAsBefore(known.open, one));
  if (isSame) return; // a quiet sweep writes nothing
  await writeConditions(deps.store, scope, sweep.id, after);
  await tellEnds(context, scope, after.ended);
}

function isAsBefore(open: OpenConditions, { causeId, count, toldAt }: OpenCondition): boolean {
  const before = open.get(causeId);
  return before?.count === count && before.toldAt === toldAt;
}

function tellEnds(context: SweepContext, scope: ConditionScope, ended: readonly EndedCondition[]): Promise<void> {
  return tell(
    context,
    ended.map(({ condition, why }) => endOfCondition(context, scope, condition, why)),
  );
}

function endOfCondition(
  { sweep }: SweepContext,
  scope: ConditionScope,
  { ca, causeId, kind, objectKey }: OpenCondition,
  why: EndReason,
): SweepOutcome {
  const about = {
    ...(scope === 'deployment' || scope === 'watch' ? {} : { instance: scope }),
    ...(ca === undefined ? {} : { ca }),
    ...(objectKey === undefined ? {} : { objectKey }),
  };
  return {
    kind: 'condition-ended',
    sweepId: sweep.id,
    ...about,
    reason: kind,
    inputs: endInputs(kind, why, about),
    resolves: causeId,
  };
}

/** A condition that stands, as an outcome says it. */
export function standingOf(
  outcome: SweepOutcome & { readonly kind: StandingCondition['kind'] },
  count = 1,
): StandingCondition {
  const { ca, kind, objectKey, reason } = outcome;
  return {
    kind,
    causeId: causeOfSweep(outcome),
    ...(ca === undefined ? {} : { ca }),
    ...(reason === undefined ? {} : { reason }),
    ...(objectKey === undefined ? {} : { objectKey }),
    count,
  };
}

/** Tells a condition that stands when it is due; in between it is only written to the log. */
export function tellStanding(
  context: SweepContext,
  open: OpenConditions,
  outcome: SweepOutcome,
  count = 1,
): Promise<void> {
  const causeId = causeOfSweep(outcome);
  if (isDue(open, { causeId, count }, context.sweep.startedAt)) return tell(context, [outcome]);
  return tellCovered(context, [{ outcome, under: causeId }]);
}
