import { ALERTS } from '../../../core/alert-key.ts';
import { UNWRITABLE } from '../../../core/notify/notify-layout.ts';
import { SPOOLED_OUTCOMES } from '../../../core/notify/outbox-layout.ts';
import { epochMs, hours } from '../../../core/time.ts';
import { eachPage } from '../../each-page.ts';
import { type HousekeepingDeps, hasTime, reportAt } from './deps.ts';
import type { HousekeepingMemory } from './memory.ts';

/** A hundred thousand of each kind; more of them is as good as many. */
const MAX_PAGES = 100;

/** Counts once an hour what lies in the outbox, and reports it when there is anything. */
export async function countBacklog(deps: HousekeepingDeps, memory: HousekeepingMemory): Promise<HousekeepingMemory> {
  const now = deps.clock.now();
  const hour = Math.floor(now / hours(1));
  if (memory.backlogHour === hour) return memory;
  const alerts = await countUnder(deps, ALERTS);
  const outcomes = await countUnder(deps, SPOOLED_OUTCOMES);
  const unwritable = await countUnder(deps, UNWRITABLE);
  const all = [alerts, outcomes, unwritable];
  if (all.some(({ count }) => count > 0)) {
    await reportAt(deps, now, {
      kind: 'outbox-backlog',
      hour: epochMs(hour * hours(1)),
      alerts: alerts.count,
      outcomes: outcomes.count,
      unwritable: unwritable.count,
      oldest: epochMs(Math.min(...all.map(({ oldest }) => oldest))),
      isMore: all.some(({ isMore }) => isMore),
    });
  }
  return { ...memory, backlogHour: hour };
}

interface Count {
  readonly count: number;
  readonly oldest: number;
  /** Not all of them were counted. */
  readonly isMore: boolean;
}

async function countUnder(deps: HousekeepingDeps, prefix: string): Promise<Count> {
  let count = 0;
  let pages = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let isMore = false;
  await eachPage(deps.store, { prefix, maxPages: MAX_PAGES }, (page) => {
    const objects = page.filter(({ key }) => !key.endsWith('/'));
    count += objects.length;
    pages += 1;
    for (const { lastModified } of objects) oldest = Math.min(oldest, lastModified);
    isMore = pages === MAX_PAGES || !hasTime(deps);
    return !isMore;
  });
  return { count, oldest, isMore };
}
