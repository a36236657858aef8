import type { ServiceFailure } from '../../../core/service-failure.ts';
import { isPassingSlsFailure } from '../../../core/sls-codes.ts';
import { days, durationMs, minutes, plus } from '../../../core/time.ts';
import { type HousekeepingDeps, reportAt } from './deps.ts';
import type { HousekeepingMemory } from './memory.ts';
import { replayOutcomes } from './replay-outcomes.ts';

/** What passes in half an hour nobody has to hear of: nothing is lost by waiting. */
const PATIENCE = minutes(30);

/**
 * Writes what waits for the log store, and reports when that has taken nothing for half an hour, again every day for as
 * long as that lasts, and when it takes records again.
 */
export async function watchLogStore(deps: HousekeepingDeps, memory: HousekeepingMemory): Promise<HousekeepingMemory> {
  const replayed = await replayOutcomes(deps);
  if (replayed.kind === 'unknown') return memory;
  if (replayed.kind === 'well') return restored(deps, memory);

  const now = deps.clock.now();
  const { since, told } = memory.logStore ?? { since: now, told: 0 };
  const lasted = now - since;
  if (lasted < PATIENCE) return memory.logStore === undefined ? { ...memory, logStore: { since, told } } : memory;
  const repeat = Math.floor((lasted - PATIENCE) / days(1));
  if (repeat < told) return memory;
  await reportAt(deps, plus(since, durationMs(PATIENCE + repeat * days(1))), {
    kind: 'log-store-refused',
    since,
    ...whyOf(replayed.failure),
    repeat,
  });
  return { ...memory, logStore: { since, told: repeat + 1 } };
}

async function restored(deps: HousekeepingDeps, memory: HousekeepingMemory): Promise<HousekeepingMemory> {
  const { logStore } = memory;
  if (logStore === undefined) return memory;
  if (logStore.told > 0) await reportAt(deps, deps.clock.now(), { kind: 'log-store-restored', since: logStore.since });
  return { ...memory, logStore: undefined };
}

function whyOf({ facts }: ServiceFailure): { readonly reason: 'refused' | 'silent'; readonly code: string } {
  return { reason: isPassingSlsFailure(facts) ? 'silent' : 'refused', code: facts.code };
}
