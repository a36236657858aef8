import * as v from 'valibot';
import { safeJson } from '../../core/safe-json.ts';
import { isNearTheClock, parseSweepId, type SweepId, sweepIdOf, tickOf } from '../../core/sweep/sweep-id.ts';
import { finishedKey, lapKey, lapPrefix, STARTED, SWEEP_LEASE, startedKey } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, days, durationMs, type EpochMs, epochMs, minus, seconds, since } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { type Lease, takeLease } from '../hold-lease.ts';
import { readJsonObject } from '../json-object.ts';
import type { SweepDeps } from './deps.ts';

/** A sweep that this run may work on, alone. */
export interface OpenSweep {
  readonly id: SweepId;
  /** The one "now" of the whole sweep, whichever lap asks: the time of its first lap. */
  readonly startedAt: EpochMs;
  readonly lap: number;
  readonly lease: Lease;
}

/** Why a tick begins no sweep of its own. */
export type SkipReason = 'running' | 'not-newer' | 'service-silent' | 'resumes-an-earlier-one';

/** Why a call of the sweep function begins or continues nothing. */
export type NotOpened =
  | { readonly kind: 'skipped'; readonly id: SweepId; readonly reason: SkipReason }
  | { readonly kind: 'ignored'; readonly id: SweepId; readonly reason: 'far-from-the-clock' }
  /** A duplicated or outdated self-call: somebody has this lap already. */
  | { readonly kind: 'claimed' };

/** What called: the timer, or the lap before. */
export type SweepCall =
  | { readonly kind: 'tick'; readonly triggerTime: EpochMs }
  | { readonly kind: 'lap'; readonly sweepId: SweepId; readonly lap: number };

const StartedShape = v.object({ schema: v.literal(1), startedAt: v.pipe(v.number(), v.safeInteger()) });

/** A sweep that died longer ago is left as it is: what it decided is too old to be carried out. */
const LOOK_BACK: DurationMs = days(1);
/** Others wait this much longer than a dead run could have lived. */
const LEASE_MARGIN: DurationMs = seconds(60);
/** The store's times are whole seconds: what is less than two apart may be less than one apart. */
const JUST_NOW: DurationMs = seconds(2);
/** A second, and what a timer may fire early by. */
const REST: DurationMs = durationMs(1010);

/**
 * Opens the sweep that a call is about: a new one, the next lap of the running one, or one whose run died. Each lap is
 * claimed create-only and worked on under the deployment's one sweep lease, so ticks and self-calls may come twice, late
 * or not at all.
 */
export async function openSweep(deps: SweepDeps, call: SweepCall): Promise<OpenSweep | NotOpened> {
  const now = deps.clock.now();
  const newest = await findNewest(deps, now);
  const target = call.kind === 'tick' ? targetOfTick(deps, call.triggerTime, now, newest) : targetOfLap(call, newest);
  if ('kind' in target) return target;
  const { id, lap } = target;
  const known = await listAll(deps.store, { prefix: SWEEP_LEASE });
  const lease = await takeLease(deps.store, {
    prefix: SWEEP_LEASE,
    known,
    runId: deps.runId,
    ttl: durationMs(Math.max(0, deps.deadline - now) + LEASE_MARGIN),
  });
  if (lease === undefined) return taken(call);
  // Begun before the lap is claimed: a lap of a sweep that nobody began would never be found again.
  const startedAt = await noteStart(deps.store, id, now);
  if (!(await claimLap(deps, id, lap))) {
    await lease.release();
    return taken(call);
  }
  if (isJustHandedOver(known)) await deps.clock.sleep(REST);
  return { id, startedAt, lap, lease };
}

/**
 * Whether the last holder gave the lease back within the second. It may have been another worker, and this one's call
 * budget does not know what that one has just spent: both seconds together would be over it.
 */
function isJustHandedOver({ objects, serverNow }: Awaited<ReturnType<typeof listAll>>): boolean {
  return objects.some(({ lastModified }) => since(lastModified, serverNow) < JUST_NOW);
}

/** A tick is told that another run is at work; a self-call that comes twice is nothing to speak of. */
function taken(call: SweepCall): NotOpened {
  if (call.kind === 'lap') return { kind: 'claimed' };
  return { kind: 'skipped', id: sweepIdOf(call.triggerTime), reason: 'running' };
}

interface KnownSweep {
  readonly id: SweepId;
  readonly laps: number;
  readonly isFinished: boolean;
}

interface Target {
  readonly id: SweepId;
  readonly lap: number;
}

function targetOfTick(
  deps: SweepDeps,
  triggerTime: EpochMs,
  now: EpochMs,
  newest: KnownSweep | undefined,
): Target | NotOpened {
  const id = sweepIdOf(triggerTime);
  if (!isNearTheClock(triggerTime, now, deps.settings.interval)) {
    return { kind: 'ignored', id, reason: 'far-from-the-clock' };
  }
  // A sweep that was begun and not finished goes first; if it is still being worked on, its lease says so.
  if (newest !== undefined && !newest.isFinished) return { id: newest.id, lap: newest.laps + 1 };
  if (newest !== undefined && id <= newest.id) return { kind: 'skipped', id, reason: 'not-newer' };
  return { id, lap: 1 };
}

function targetOfLap(call: Extract<SweepCall, { kind: 'lap' }>, newest: KnownSweep | undefined): Target | NotOpened {
  const isNext = newest?.id === call.sweepId && !newest.isFinished && newest.laps + 1 === call.lap;
  return isNext ? { id: call.sweepId, lap: call.lap } : { kind: 'claimed' };
}

async function findNewest({ settings, store }: SweepDeps, now: EpochMs): Promise<KnownSweep | undefined> {
  const from = sweepIdOf(minus(now, LOOK_BACK));
  const { objects } = await listAll(store, { prefix: STARTED, startAfter: STARTED + from });
  const ids = objects.map(({ key }) => parseSweepId(key.slice(STARTED.length).replace(/\.json$/, '')));
  // A clock that once ran ahead left sweeps of the future behind; no tick of today could have begun them.
  const isPossible = (id: SweepId): boolean => tickOf(id) <= now || isNearTheClock(tickOf(id), now, settings.interval);
  const id = ids.filter((known) => known !== undefined).findLast(isPossible);
  if (id === undefined) return undefined;
  const laps = await listAll(store, { prefix: lapPrefix(id) });
  const numbers = laps.objects.map(({ key }) => Number(/(\d{6})\.json$/.exec(key)?.[1] ?? 0));
  const isFinished = (await store.head(finishedKey(id))) !== undefined;
  return { id, laps: Math.max(0, ...numbers), isFinished };
}

/** The first writer's time stands; everybody else reads it. */
async function noteStart(store: ObjectStore, id: SweepId, now: EpochMs): Promise<EpochMs> {
  const key = startedKey(id);
  const bytes = Buffer.from(safeJson({ schema: 1, startedAt: now }));
  if ((await store.create({ key, bytes, contentType: 'application/json' })) === 'created') return now;
  const started = await readJsonObject(store, key, StartedShape, 1024);
  // Cut short or not ours: the time of the tick is in the name, and stays the same for every lap.
  return started === undefined ? tickOf(id) : epochMs(started.startedAt);
}

async function claimLap(deps: SweepDeps, id: SweepId, lap: number): Promise<boolean> {
  const bytes = Buffer.from(safeJson({ schema: 1, runId: deps.runId }));
  return (await deps.store.create({ key: lapKey(id, lap), bytes, contentType: 'application/json' })) === 'created';
}
