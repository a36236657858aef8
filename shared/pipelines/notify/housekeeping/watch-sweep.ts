import { sweepIdOf } from '../../../core/sweep/sweep-id.ts';
import { HEARTBEAT_KEY, STARTED, SWEEPS } from '../../../core/sweep/sweep-layout.ts';
import {
  type DurationMs,
  days,
  durationMs,
  type EpochMs,
  epochMs,
  hours,
  minus,
  minutes,
  plus,
} from '../../../core/time.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';
import { eachPage } from '../../each-page.ts';
import { readSilence } from '../../sweep/silence.ts';
import { type HousekeepingDeps, reportAt } from './deps.ts';
import type { HousekeepingMemory } from './memory.ts';

/** A lap may work for a quarter of an hour on one CA without writing anything down. */
const LEAST_PATIENCE = minutes(20);
/** Timers and their queue are late by seconds now and then. */
const GRACE = minutes(1);
/** Nobody resumes a sweep that was begun longer ago. */
const LOOK_BACK = days(2);
const MAX_PAGES = 50;
/** A silence makes the sweep rest for an hour at most; a later end was written by a clock that was wrong. */
const LONGEST_REST = hours(2);

/**
 * Reports when the sweep has written nothing down for two intervals, again every day for as long as that lasts, and when
 * it gets on. Only the bucket's own times are compared. A sweep that rests because the service is silent has said so
 * itself.
 */
export async function watchSweep(deps: HousekeepingDeps, memory: HousekeepingMemory): Promise<HousekeepingMemory> {
  const { sweepInterval } = deps.settings;
  const patience = durationMs(Math.max(2 * sweepInterval, LEAST_PATIENCE) + GRACE);
  const { at, serverNow } = await lastProgress(deps.store, patience);
  if (at === undefined && memory.watchingSince === undefined) return { ...memory, watchingSince: serverNow };
  const since = at ?? memory.watchingSince ?? serverNow;
  if (plus(since, patience) >= serverNow) return resumed(deps, memory, since);
  // A sweep that rests writes nothing down; its patience begins when it may go on.
  const silence = await readSilence(deps.store);
  const rested = Math.min(silence?.until ?? 0, plus(since, LONGEST_REST));
  const overdueAt = plus(epochMs(Math.max(since, rested)), patience);
  if (serverNow <= overdueAt) return memory;
  const repeat = Math.floor((serverNow - overdueAt) / days(1));
  if (memory.overdue?.since === since && memory.overdue.repeat >= repeat) return memory;
  await reportAt(deps, plus(overdueAt, days(repeat)), {
    kind: 'sweep-overdue',
    since,
    reason: at === undefined ? 'never-ran' : 'no-progress',
    intervalMinutes: sweepInterval / minutes(1),
    repeat,
  });
  return { ...memory, overdue: { since, repeat } };
}

async function resumed(
  deps: HousekeepingDeps,
  memory: HousekeepingMemory,
  since: EpochMs,
): Promise<HousekeepingMemory> {
  if (memory.overdue === undefined) return memory;
  await reportAt(deps, since, { kind: 'sweep-resumed', since });
  return { ...memory, overdue: undefined };
}

/** When the sweep wrote something down last, and the bucket's time now; one request while sweeps are short. */
async function lastProgress(
  store: ObjectStore,
  patience: DurationMs,
): Promise<{ readonly at: EpochMs | undefined; readonly serverNow: EpochMs }> {
  const { objects, serverNow } = await store.list({ prefix: HEARTBEAT_KEY, limit: 1 });
  let newest: number = objects[0]?.lastModified ?? Number.NEGATIVE_INFINITY;
  const isRecent = (): boolean => newest + patience >= serverNow;
  const look = async (prefix: string, startAfter?: string): Promise<string | undefined> => {
    let last: string | undefined;
    await eachPage(
      store,
      { prefix, maxPages: MAX_PAGES, ...(startAfter === undefined ? {} : { startAfter }) },
      (page) => {
        for (const { lastModified } of page) newest = Math.max(newest, lastModified);
        last = page.at(-1)?.key ?? last;
        return !isRecent();
      },
    );
    return last;
  };
  if (!isRecent()) {
    const started = await look(STARTED, STARTED + sweepIdOf(minus(serverNow, LOOK_BACK)));
    const id = started?.slice(STARTED.length).replace(/\.json$/, '');
    if (id !== undefined && !isRecent()) await look(`${SWEEPS}${id}/`);
  }
  return { at: Number.isFinite(newest) ? epochMs(newest) : undefined, serverNow };
}
