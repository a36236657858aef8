import { type ObjectKey, type ObjectVersion, objectKey } from './object-version.ts';
import type { DurationMs, EpochMs } from './time.ts';

/**
 * Leases without compare-and-swap: each holder creates the next numbered object, and creating is atomic. The number (the
 * epoch) fences: whoever finds a higher one has lost. The highest object is never deleted, so numbers never repeat.
 */
export interface LeaseListing {
  /** 0 when nobody ever held this lease. */
  readonly highest: number;
  /** When the highest epoch was written, by the store's clock. */
  readonly writtenAt?: EpochMs;
  /** Its holder said that it has finished. */
  readonly released: boolean;
  readonly epochs: readonly number[];
}

const EPOCH_DIGITS = 12;
const EPOCH_NAME = /^(\d{12})(-released)?$/;
/** How many old epochs stay for people to look at. */
const EPOCHS_KEPT = 3;

/** The lease object of one epoch. */
export function leaseKey(prefix: string, epoch: number): ObjectKey {
  return objectKey(prefix + String(epoch).padStart(EPOCH_DIGITS, '0'));
}

/** The mark of a holder that finished in order: whoever comes next need not wait for the lease to run out. */
export function releasedKey(prefix: string, epoch: number): ObjectKey {
  return objectKey(`${leaseKey(prefix, epoch)}-released`);
}

/** Reads a listing of lease objects; names that are not ours are passed over. */
export function readLeaseListing(prefix: string, objects: readonly ObjectVersion[]): LeaseListing {
  const written = new Map<number, EpochMs>();
  const released = new Set<number>();
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue;
    const match = EPOCH_NAME.exec(object.key.slice(prefix.length));
    if (match === null) continue;
    const epoch = Number(match[1]);
    if (match[2] === undefined) written.set(epoch, object.lastModified);
    else released.add(epoch);
  }
  const epochs = [...written.keys()].sort((a, b) => a - b);
  const highest = epochs.at(-1) ?? 0;
  const writtenAt = written.get(highest);
  return { highest, released: released.has(highest), epochs, ...(writtenAt === undefined ? {} : { writtenAt }) };
}

/**
 * Whether a holder is still to be reckoned with: its age by the store's own clock is less than the time it asked for.
 * Two machines' clocks are never compared.
 */
export function isLeaseAlive(lease: {
  readonly writtenAt: EpochMs;
  readonly ttl: DurationMs;
  readonly serverNow: EpochMs;
}): boolean {
  return lease.serverNow - lease.writtenAt < lease.ttl;
}

/** The epochs a new holder may delete: all below its own minus three, never its own or the one before. */
export function outdatedEpochs(listing: LeaseListing, own: number): readonly number[] {
  return listing.epochs.filter((epoch) => epoch < own - EPOCHS_KEPT);
}
