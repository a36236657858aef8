import type { ObjectKey } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { sweepIdOf } from '../../core/sweep/sweep-id.ts';
import { INTENTS, intentsFrom, STARTED, SWEEPS, USED_RELEASES } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, days, type EpochMs, minus } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';

/** What a release may speak of, and some time to look at it. */
const SWEEPS_KEPT: DurationMs = days(8);
/** The windows look back 7 days; people undo later than that. */
const INTENTS_KEPT: DurationMs = days(30);
/** For each folder and sweep, so that a backlog never takes a lap's time. */
const MOST_AT_ONCE = 500;

/** Deletes what nobody will read again. A failure only leaves it to the next sweep. */
export async function tidyUp(deps: SweepDeps, now: EpochMs): Promise<void> {
  const oldest = sweepIdOf(minus(now, SWEEPS_KEPT));
  try {
    for (const prefix of [SWEEPS, STARTED, USED_RELEASES]) await deleteBefore(deps, prefix, prefix + oldest);
    await deleteBefore(deps, INTENTS, intentsFrom(minus(now, INTENTS_KEPT)));
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    deps.runLog.write({ event: 'not-tidied', code: error.facts.code });
  }
}

async function deleteBefore({ store }: SweepDeps, prefix: string, end: string): Promise<void> {
  const { objects } = await store.list({ prefix, limit: MOST_AT_ONCE });
  const old: readonly ObjectKey[] = objects.map(({ key }) => key).filter((key) => key < end);
  await Promise.all(old.map((key) => store.delete(key)));
}
