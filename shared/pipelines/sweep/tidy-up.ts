import { ServiceFailure } from '../../core/service-failure.ts';
import { sweepIdOf } from '../../core/sweep/sweep-id.ts';
import { INTENTS, intentsFrom, STARTED, SWEEPS, USED_RELEASES } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, days, type EpochMs, epochMs, minus, seconds } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { SweepDeps } from './deps.ts';

/** What a release may speak of, and some time to look at it. */
const SWEEPS_KEPT: DurationMs = days(8);
/** The windows look back 7 days; people undo later than that. */
const INTENTS_KEPT: DurationMs = days(30);
/** Objects in one listing and one deletion. */
const PAGE = 1000;
/** For each folder and sweep: more than a sweep of 2,000 CAs writes, and not more than a few seconds' work. */
const MAX_PAGES = 10;
/** A lap that is nearly over leaves the rest to the next sweep. */
const SPARE: DurationMs = seconds(15);

/** What tidying up works with. */
type TidyDeps = Pick<SweepDeps, 'clock' | 'deadline' | 'runLog'> & {
  readonly store: Pick<ObjectStore, 'list' | 'deleteMany'>;
};

/** The oldest name in a folder that is still kept, as of one moment. */
const FOLDERS: readonly { readonly prefix: string; readonly keptFrom: (now: EpochMs) => string }[] = [
  ...[SWEEPS, STARTED, USED_RELEASES].map((prefix) => {
    return { prefix, keptFrom: (now: EpochMs) => prefix + sweepIdOf(minus(now, SWEEPS_KEPT)) };
  }),
  { prefix: INTENTS, keptFrom: (now) => intentsFrom(minus(now, INTENTS_KEPT)) },
];

/**
 * Deletes what nobody will read again; names are in the order of time. A failure only leaves it to the next sweep.
 *
 * @param now - By this function's clock. Only what is old by the store's clock as well is deleted: with a clock that runs
 *   ahead, the windows of the guardrails would lose what they count.
 */
export async function tidyUp(deps: TidyDeps, now: EpochMs): Promise<void> {
  try {
    for (const folder of FOLDERS) await tidyFolder(deps, now, folder);
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    deps.runLog.write({ event: 'not-tidied', code: error.facts.code });
  }
}

async function tidyFolder(
  { clock, deadline, store }: TidyDeps,
  now: EpochMs,
  { keptFrom, prefix }: (typeof FOLDERS)[number],
): Promise<void> {
  for (let page = 1; page <= MAX_PAGES && clock.now() + SPARE < deadline; page += 1) {
    const { objects, serverNow } = await store.list({ prefix, limit: PAGE });
    const end = keptFrom(epochMs(Math.min(now, serverNow)));
    const old = objects.map(({ key }) => key).filter((key) => key < end);
    if (old.length > 0) await store.deleteMany(old);
    if (old.length < PAGE) return;
  }
}
