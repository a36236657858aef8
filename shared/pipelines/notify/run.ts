import { memoryAt } from '../../core/notify/condition-memory.ts';
import { budgetAt } from '../../core/notify/message-budget.ts';
import { NOTIFY_LEASE, NOTIFY_STATE } from '../../core/notify/notify-layout.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { durationMs, minutes, since } from '../../core/time.ts';
import { listAll } from '../each-page.ts';
import { type Lease, releaseQuietly, takeLease } from '../hold-lease.ts';
import { newAttempts } from './attempts.ts';
import { BUDGET_STATE } from './budget-state.ts';
import { complainOfMutes } from './complain-of-mutes.ts';
import { newCover } from './cover.ts';
import type { NotifyDeps } from './deps.ts';
import { drain } from './drain.ts';
import { forgetUnreported } from './forget-unreported.ts';
import { MEMORY_STATE } from './memory-state.ts';
import { finishOpen } from './open-records.ts';
import { park } from './park.ts';
import { type ReadMutes, readMutes } from './read-mutes.ts';
import { openState } from './state-cell.ts';
import { allowanceOf, messageIds, pendingCauses, type Teller, TellerReplacedError } from './teller.ts';

/** How long others wait for a run that died, after the time it had left. */
const LEASE_GRACE = minutes(1);
/** A flood of foreign objects must not take the time of what is to be told. */
const PARKED_IN_A_RUN = 50;
/**
 * The notify function: tells people what waits in the outbox. Whatever it does is written down before, so that a run that
 * dies anywhere is continued by the next one: everything is told, and nothing twice under another id.
 *
 * @throws ServiceFailure when the bucket does not answer, or neither sink of outcomes does: the next tick goes on.
 */
export async function runNotify(deps: NotifyDeps): Promise<void> {
  const lease = await tryLease(deps);
  if (lease === undefined) {
    deps.runLog.write({ event: 'teller-busy' });
    return;
  }
  try {
    await tellAndKeepHouse(deps, lease);
    await lease.release();
  } catch (error) {
    if (!(error instanceof TellerReplacedError)) {
      await releaseQuietly(lease, deps.runLog);
      throw error;
    }
    deps.runLog.write({ event: 'lease-lost' });
  }
}

async function tryLease(deps: NotifyDeps): Promise<Lease | undefined> {
  const left = durationMs(Math.max(0, since(deps.clock.now(), deps.deadline)));
  const known = await listAll(deps.store, { prefix: NOTIFY_LEASE });
  const ttl = durationMs(left + LEASE_GRACE);
  return takeLease(deps.store, { prefix: NOTIFY_LEASE, known, runId: deps.runId, ttl });
}

async function tellAndKeepHouse(deps: NotifyDeps, lease: Lease): Promise<void> {
  const { objects } = await listAll(deps.store, { prefix: NOTIFY_STATE });
  const mutes = await readMutes(deps.store, deps.runLog, deps.clock.now());
  const teller = await openTeller(deps, lease, objects, mutes);
  const failures = [
    await failureOf(teller, () => tell(teller, objects)),
    await failureOf(teller, () => complainOfMutes(teller, mutes)),
    await failureOf(teller, () => sweepUp(teller)),
  ];
  await deps.housekeep({ openConditions: teller.memory.get().conditions.size, isStillOurs: lease.isStillOurs });
  const failure = failures.find((one) => one !== undefined);
  if (failure !== undefined) throw failure;
}

async function openTeller(
  deps: NotifyDeps,
  lease: Lease,
  objects: readonly ObjectVersion[],
  mutes: ReadMutes,
): Promise<Teller> {
  const about = { keys: objects.map(({ key }) => key), epoch: lease.epoch };
  const now = deps.clock.now();
  const budget = await openState(deps.store, BUDGET_STATE, { ...about, adjust: (value) => budgetAt(value, now) });
  const memory = await openState(deps.store, MEMORY_STATE, { ...about, adjust: (value) => memoryAt(value, now) });
  const teller: Teller = {
    ...{ deps, lease, budget: budget.cell, memory: memory.cell, mutes: mutes.inForce },
    ...{
      pendingBegins: pendingCauses(),
      cover: newCover(),
      attempts: newAttempts(),
      sweepings: new Set(),
      parking: allowanceOf(PARKED_IN_A_RUN),
      mutesByReading: new Map(),
    },
    nextId: messageIds(deps.runId),
  };
  const damaged = new Set<ObjectKey>([...budget.damaged, ...memory.damaged]);
  for (const object of objects.filter(({ key }) => damaged.has(key))) {
    deps.runLog.write({ event: 'state-unreadable', id: object.key.slice(NOTIFY_STATE.length) });
    await park(teller, object, 'unreadable-body');
  }
  return teller;
}

async function tell(teller: Teller, objects: readonly ObjectVersion[]): Promise<void> {
  const unsent = await finishOpen(teller, objects);
  const isAllSeen = await drain(teller, unsent);
  if (isAllSeen) await forgetUnreported(teller);
}

/**
 * What went wrong, to be thrown at the end: neither one object that can not be had, nor a defect of ours that one strange
 * alert brings out, may keep the house from being kept. Without the lease nothing more is done at all.
 */
async function failureOf({ deps }: Teller, act: () => Promise<void>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof TellerReplacedError) throw error;
    const failure = error instanceof Error ? error : new Error('something that is no error was thrown');
    const code = failure instanceof ServiceFailure ? failure.facts.code : failure.name;
    deps.runLog.write({ event: 'teller-failed', code });
    return failure;
  }
}

async function sweepUp({ budget, deps, memory, sweepings }: Teller): Promise<void> {
  const keys = [...sweepings, ...budget.outdated(), ...memory.outdated()];
  for (let from = 0; from < keys.length; from += 1000) await deps.store.deleteMany(keys.slice(from, from + 1000));
}
