import type { PassFacts } from '../deps.ts';
import { countBacklog } from './count-backlog.ts';
import { choreFailed, type HousekeepingDeps, hasTime } from './deps.ts';
import { type HousekeepingMemory, readMemory, writeMemory } from './memory.ts';
import { replayOutcomes } from './replay-outcomes.ts';
import { sendCanary } from './send-canary.ts';
import { watchLogStore } from './watch-log-store.ts';
import { watchPause } from './watch-pause.ts';
import { watchSweep } from './watch-sweep.ts';

type Chore = (deps: HousekeepingDeps, memory: HousekeepingMemory, facts: PassFacts) => Promise<HousekeepingMemory>;

/**
 * What is looked after once a minute, in this order: what waits for the log store may take all the time there is, and must
 * not keep the sweep from being watched. Each gives what is to be remembered.
 */
const CHORES: Readonly<Record<string, Chore>> = {
  'watch-sweep': watchSweep,
  'watch-pause': watchPause,
  'send-canary': sendCanary,
  'count-backlog': countBacklog,
  'replay-outcomes': watchLogStore,
};

/**
 * Looks after everything about the telling that is not telling: the sweep, a standing pause, the canary, the backlog, what
 * waits for the log store. A chore that fails is logged and done with the next run, and keeps no other from its turn;
 * what is reported here has an identity of its own, so doing a chore twice tells nothing twice. Never throws. With nothing
 * to do it makes four requests to the bucket.
 */
export async function housekeep(deps: HousekeepingDeps, facts: PassFacts): Promise<void> {
  let memory: HousekeepingMemory | undefined;
  await attempt(deps, 'read-memory', async () => {
    memory = await readMemory(deps.store);
  });
  if (memory !== undefined) await doChores(deps, memory, facts);
  else if (hasTime(deps)) await attempt(deps, 'replay-outcomes', () => replayOutcomes(deps));
}

async function doChores(deps: HousekeepingDeps, known: HousekeepingMemory, facts: PassFacts): Promise<void> {
  let memory = known;
  for (const [name, chore] of Object.entries(CHORES)) {
    if (!hasTime(deps)) return;
    await attempt(deps, name, async () => {
      const next = await chore(deps, memory, facts);
      if (next === memory || !(await facts.isStillOurs())) return;
      memory = next;
      await writeMemory(deps.store, memory);
    });
  }
}

async function attempt(deps: HousekeepingDeps, kind: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    choreFailed(deps, kind, error);
  }
}
