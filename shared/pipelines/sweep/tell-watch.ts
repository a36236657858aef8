import type { CauseId } from '../../core/alert-key.ts';
import { causeIdOf, recordOf } from '../../core/outcome.ts';
import { isDue, type StandingCondition } from '../../core/sweep/conditions.ts';
import type { WatchOutcome } from '../../core/sweep/watch-outcome.ts';
import type { WatchCompilation } from './compile-watch.ts';
import { readConditions } from './conditions-store.ts';
import { type SweepContext, tellAt } from './context.ts';
import { settleConditions } from './settle-conditions.ts';

/** Tells what changed under `watch/`; what can not be used is told again once a day, and when that is over. */
export async function tellWatch(
  context: SweepContext,
  { isWhole, outcomes, refused }: Pick<WatchCompilation, 'outcomes' | 'refused' | 'isWhole'>,
): Promise<void> {
  const { deps, sweep } = context;
  const known = await readConditions(deps.store, 'watch', sweep.id);
  const standing = new Map<CauseId, StandingCondition>();
  const again: WatchOutcome[] = [];
  for (const outcome of refused) {
    const causeId = causeIdOf(recordOf(outcome, sweep.startedAt, deps.run));
    if (standing.has(causeId)) continue; // one of each problem stands for the others
    standing.set(causeId, { kind: 'watch-refused', causeId, objectKey: outcome.object.key, count: 1 });
    if (isDue(known.open, { causeId, count: 1 }, sweep.startedAt)) again.push(outcome);
  }
  const isTold = new Set(outcomes);
  await tellAt(deps, sweep.startedAt, [...outcomes, ...again.filter((outcome) => !isTold.has(outcome))]);
  await settleConditions(context, 'watch', known, {
    standing: [...standing.values()],
    endOf: () => (isWhole ? 'over' : undefined),
  });
}
