import { safeJson } from '../../core/safe-json.ts';
import { parseSweepId, type SweepId, sweepIdOf } from '../../core/sweep/sweep-id.ts';
import { finishedKey, lapKey, SWEEP_LEASE, SWEEPS, startedKey } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, days, durationMs, type EpochMs, epochMs, minus, seconds } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { type Lease, takeLease } from '../hold-lease.ts';
import type { SweepDeps } from './deps.ts';

/** A sweep that this run may work on, alone. */
export interface OpenSweep {
  readonly id: SweepId;
  /** The one "now" of the whole sweep, whichever lap asks: the time of its first lap. */
  readonly startedAt: EpochMs;
  readonly lap: number;
  readonly lease: Lease;
}

/** Why a call of the sweep function begins or continues nothing. */
export type NotOpened =
  | { readonly kind: 'skipped'; readonly id: SweepId; readonly reason: 'running' | 'not-newer' | 'service-silent' }
  | { readonly kind: 'ignored'; readonly id: SweepId; readonly reason: 'far-from-the-clock' }
  /** A duplicated or outdated self-call: somebody has this lap already. */
  | { readonly kind: 'claimed' };

/** What called: the timer, or the lap before. */
export type SweepCall =
  | { readonly kind: 'tick'; readonly triggerTime: EpochMs }
  | { readonly kind: 'lap'; readonly sweepId: SweepId; readonly lap: number };

/** Sweeps of the last day are enough to know the newest: an older tick is too far from the clock anyway. */
const LOOK_BACK: DurationMs = days(1);
/** Others wait this much longer than a dead run could have lived. */
const LEASE_MARGIN: DurationMs = seconds(60);

interface KnownSweep {
  readonly id: SweepId;
  readonly laps: number;
  readonly isFinished: boolean;
}

/**
 * Opens the sweep that a call is about: a new one, the next lap of the running one, or one whose run died. Each lap is
 * claimed create-only and worked on under the deployment's one sweep lease, so ticks and self-calls may come twice, late
 * or not at all.
 */
export async function openSweep(deps: SweepDeps, call: SweepCall): Promise<OpenSweep | NotOpened> {
  const now = deps.clock.now();
  const newest = await findNewest(deps.store, now);
  const target = call.kind === 'tick' ? targetOfTick(deps, call.triggerTime, now, newest) : targetOfLap(call, newest);
  if ('kind' in target) return target;
  const { id, lap } = target;
  const startedAt = await noteStart(deps.store, id, now);
  const lease = await takeLease(deps.store, {
    prefix: SWEEP_LEASE,
    known: await listAll(deps.store, { prefix: SWEEP_LEASE }),
    runId: deps.runId,
    ttl: durationMs(Math.max(0, deps.deadline - now) + LEASE_MARGIN),
  });
  if (lease === undefined) return { kind: 'skipped', id, reason: 'running' };
  if (await claimLap(deps, id, lap)) return { id, startedAt, lap, lease };
  await lease.release();
  return { kind: 'claimed' };
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
  if (Math.abs(now - triggerTime) > 2 * deps.settings.interval) {
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

async function findNewest(store: ObjectStore, now: EpochMs): Promise<KnownSweep | undefined> {
  const from = sweepIdOf(minus(now, LOOK_BACK));
  const { objects } = await listAll(store, { prefix: SWEEPS, startAfter: SWEEPS + from });
  const ids = objects.map(({ key }) => parseSweepId(key.slice(SWEEPS.length).split('/')[0] ?? ''));
  const id = ids.filter((known) => known !== undefined).at(-1);
  if (id === undefined) return undefined;
  const keys = objects.map(({ key }) => key as string).filter((key) => key.startsWith(`${SWEEPS}${id}/`));
  const laps = keys.map((key) => Number(/\/lap\/(\d{6})\.json$/.exec(key)?.[1] ?? 0));
  return { id, laps: Math.max(0, ...laps), isFinished: keys.includes(finishedKey(id)) };
}

/** The first writer's time stands; everybody else reads it. */
async function noteStart(store: ObjectStore, id: SweepId, now: EpochMs): Promise<EpochMs> {
  const key = startedKey(id);
  const bytes = Buffer.from(safeJson({ schema: 1, startedAt: now }));
  if ((await store.create({ key, bytes, contentType: 'application/json' })) === 'created') return now;
  const read = await store.read({ key, maxBytes: 1024 });
  const json: unknown = read.kind === 'found' ? JSON.parse(read.bytes.toString('utf8')) : undefined;
  const isTime = typeof json === 'object' && json !== null && 'startedAt' in json && typeof json.startedAt === 'number';
  return isTime ? epochMs(json.startedAt as number) : now;
}

async function claimLap(deps: SweepDeps, id: SweepId, lap: number): Promise<boolean> {
  const bytes = Buffer.from(safeJson({ schema: 1, runId: deps.runId }));
  return (await deps.store.create({ key: lapKey(id, lap), bytes, contentType: 'application/json' })) === 'created';
}
