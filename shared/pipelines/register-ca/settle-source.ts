import { leasePrefix, statePrefix } from '../../core/bucket-layout.ts';
import type { DropId } from '../../core/drop-identity.ts';
import type { EventClaims } from '../../core/drop-outcome.ts';
import type { DropSource } from '../../core/drop-source.ts';
import {
  type DropProgress,
  type FolderState,
  isResting,
  outdatedState,
  progressOf,
  readFolderState,
} from '../../core/drop-state.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import { type DurationMs, durationMs, seconds } from '../../core/time.ts';
import { releaseQuietly, takeLease } from '../hold-lease.ts';
import { carryOut } from './carry-out.ts';
import { readStandingDecision } from './decision.ts';
import type { RegisterDeps } from './deps.ts';
import type { HeldSource } from './open-drop.ts';
import { type DropListing, type ListedState, listDrop, listState } from './read-drop.ts';
import { settleDrop } from './settle-drop.ts';

/** What this run found: someone else at work, or the keys that lay there or belonged to a decision it carried out. */
export type SourceResult =
  | { readonly kind: 'busy' }
  | { readonly kind: 'settled'; readonly seen: ReadonlySet<ObjectKey> };

/** New files may keep coming; after so many rounds the next event or tick goes on. */
const MAX_ROUNDS = 5;
/** Others wait this much longer than the run that died could have lived. */
const LEASE_MARGIN: DurationMs = seconds(60);

/**
 * Settles whatever lies in one drop folder (or one misplaced file), alone: under its lease, finishing an earlier run's
 * decision first. Safe to call any number of times, at once and after any crash.
 *
 * After giving the lease back it lists once more: a file that arrived while the lease was held had its event answered
 * with "busy", so nobody else would come for it before the timer.
 */
export async function settleSource(
  deps: RegisterDeps,
  source: DropSource,
  claims?: EventClaims,
): Promise<SourceResult> {
  const seen = new Set<ObjectKey>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const [known, glance] = await Promise.all([listState(deps.store, source), listDrop(deps, source)]);
    const glanced = readFolderState(statePrefix(source), known.objects);
    if (!isWorthALease(glanced, glance)) break;
    const lease = await takeLease(deps.store, {
      prefix: leasePrefix(source),
      known,
      runId: deps.runId,
      ttl: durationMs(Math.max(0, deps.deadline - deps.clock.now()) + LEASE_MARGIN),
    });
    if (lease === undefined) return round === 0 ? { kind: 'busy' } : { kind: 'settled', seen };
    let handled: DropId | undefined;
    try {
      const state = known.isOneMoment ? glanced : await stateUnderLease(deps, source);
      const held: HeldSource = { source, state, lease, ...(claims === undefined ? {} : { claims }) };
      for (const key of await finishOpenDecisions(deps, held)) seen.add(key);
      const listing = await listDrop(deps, source);
      for (const { key } of listing?.objects ?? []) seen.add(key);
      if (listing !== undefined) await settleDrop(deps, held, listing);
      handled = listing?.dropId;
      if (round === 0) await deleteOutdated(deps, source, known);
    } finally {
      await releaseQuietly(lease, deps.runLog);
    }
    const after = await listDrop(deps, source);
    if (after === undefined || after.dropId === handled) break;
  }
  return { kind: 'settled', seen };
}

/**
 * The state as only the holder can know it. Not needed when the listing before the lease shows one moment: a holder
 * since then would have made the taking fail.
 */
async function stateUnderLease(deps: RegisterDeps, source: DropSource): Promise<FolderState> {
  const { objects } = await listState(deps.store, source);
  return readFolderState(statePrefix(source), objects);
}

/** Every pair brings two events and the first settles both; a blocked drop is passed by at every tick for days. */
function isWorthALease(state: FolderState, glance: DropListing | undefined): boolean {
  if (state.drops.some(isOpenDecision)) return true;
  return glance !== undefined && !isResting(progressOf(state, glance.dropId), glance.serverNow);
}

/** Keeps a folder's state from growing for ever. Last of all, so that it can fail without harm to a drop. */
async function deleteOutdated(deps: RegisterDeps, source: DropSource, known: ListedState): Promise<void> {
  const outdated = outdatedState(statePrefix(source), known.objects, known.serverNow);
  for (const key of outdated) await deps.store.delete(key);
}

function isOpenDecision(drop: DropProgress): boolean {
  return drop.decidedAt !== undefined && !drop.done;
}

/** An earlier run may have died after its decision: the objects it names belong to it, not to a new drop. */
async function finishOpenDecisions(deps: RegisterDeps, held: HeldSource): Promise<readonly ObjectKey[]> {
  const { source, state } = held;
  const finished: ObjectKey[] = [];
  for (const { dropId } of state.drops.filter(isOpenDecision)) {
    const decision = await readStandingDecision(deps.store, source, dropId);
    await carryOut(deps, held, decision, new Map());
    finished.push(...decision.objects.map(({ key }) => key));
  }
  return finished;
}
