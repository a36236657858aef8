import {
  isLeaseAlive,
  type LeaseListing,
  leaseKey,
  outdatedEpochs,
  readLeaseListing,
  releasedKey,
} from '../core/lease.ts';
import type { ObjectVersion } from '../core/object-version.ts';
import { safeJson } from '../core/safe-json.ts';
import { ServiceFailure } from '../core/service-failure.ts';
import { type DurationMs, durationMs, type EpochMs } from '../core/time.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunLog } from '../ports/run-log.ts';

/** The right to be the only one at work on something, for a while. */
export interface Lease {
  readonly epoch: number;
  /** Whether no one has taken over since: asked before every act that can not be undone. */
  readonly isStillOurs: () => Promise<boolean>;
  /** Says that the work is finished, so that the next one need not wait. */
  readonly release: () => Promise<void>;
}

/** The longest any holder asks for; what is assumed of a holder whose lease object can not be read. */
export const LEASE_MAX_TTL: DurationMs = durationMs(20 * 60_000);

const LEASE_MAX_BYTES = 1024;

/**
 * Takes the lease under `prefix` when it is free.
 *
 * @param known - A listing of the lease objects, and the store's time when it was made. If it is outdated the create
 *   fails, because the next epoch exists already.
 * @param runId - Names this run; it is how a write whose answer was lost is recognised as ours.
 * @param ttl - How long others must wait should this run die: the time it has left plus a minute.
 * @returns `undefined` when someone else is at work.
 */
export async function takeLease(
  store: ObjectStore,
  request: {
    readonly prefix: string;
    readonly known: { readonly objects: readonly ObjectVersion[]; readonly serverNow: EpochMs };
    readonly runId: string;
    readonly ttl: DurationMs;
  },
): Promise<Lease | undefined> {
  const { prefix, known, runId, ttl } = request;
  const listing = readLeaseListing(prefix, known.objects);
  if (await isHeld(store, prefix, listing, known.serverNow)) return undefined;
  const epoch = listing.highest + 1;
  const key = leaseKey(prefix, epoch);
  const body = Buffer.from(safeJson({ schema: 1, runId, ttlMs: ttl }));
  await store.create({ key, bytes: body, contentType: 'application/json' });
  // Read back even after a plain success: that two creates never both succeed is not promised under a race.
  const holder = await store.read({ key, maxBytes: LEASE_MAX_BYTES });
  if (holder.kind !== 'found' || !holder.bytes.equals(body)) return undefined;
  await deleteOutdated(store, prefix, listing, epoch);
  return {
    epoch,
    isStillOurs: async () => {
      const page = await store.list({ prefix, startAfter: key, limit: 2 });
      return readLeaseListing(prefix, page.objects).highest <= epoch;
    },
    release: async () => {
      await store.create({ key: releasedKey(prefix, epoch), bytes: body, contentType: 'application/json' });
    },
  };
}

/**
 * Gives a lease back when the work is over or has failed. One that is not given back runs out by itself; the work's own
 * failure, if any, must not be hidden by that.
 */
export async function releaseQuietly(lease: Pick<Lease, 'release'>, runLog: RunLog): Promise<void> {
  try {
    await lease.release();
  } catch (error) {
    const code = error instanceof ServiceFailure ? error.facts.code : 'unknown';
    runLog.write({ event: 'lease-not-released', code });
  }
}

async function isHeld(store: ObjectStore, prefix: string, listing: LeaseListing, serverNow: EpochMs): Promise<boolean> {
  if (listing.writtenAt === undefined || listing.released) return false;
  const { writtenAt } = listing;
  // Old enough for any holder: no need to read what this one asked for.
  if (!isLeaseAlive({ writtenAt, ttl: LEASE_MAX_TTL, serverNow })) return false;
  const read = await store.read({ key: leaseKey(prefix, listing.highest), maxBytes: LEASE_MAX_BYTES });
  const ttl = read.kind === 'found' ? readTtl(read.bytes) : undefined;
  return isLeaseAlive({ writtenAt, ttl: ttl ?? LEASE_MAX_TTL, serverNow });
}

function readTtl(bytes: Buffer): DurationMs | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined; // not ours or cut short: the caller assumes the longest
  }
  if (typeof parsed !== 'object' || parsed === null || !('ttlMs' in parsed)) return undefined;
  const { ttlMs } = parsed;
  return typeof ttlMs === 'number' && ttlMs >= 0 && ttlMs <= LEASE_MAX_TTL ? durationMs(ttlMs) : undefined;
}

async function deleteOutdated(store: ObjectStore, prefix: string, listing: LeaseListing, epoch: number): Promise<void> {
  const outdated = outdatedEpochs(listing, epoch);
  await Promise.all(
    outdated.flatMap((old) => [store.delete(releasedKey(prefix, old)), store.delete(leaseKey(prefix, old))]),
  );
}
