import type { Etag, ObjectKey, ObjectVersion } from '../core/object-version.ts';
import type { EpochMs } from '../core/time.ts';

/** One page of a listing, in byte order of the keys. */
export interface ObjectPage {
  readonly objects: readonly ObjectVersion[];
  /** The store's own time (its `Date` header): leases compare it with `lastModified`, so only one clock is involved. */
  readonly serverNow: EpochMs;
  /** Pass as `startAfter` for the next page; absent on the last one. */
  readonly next?: ObjectKey;
}

/** What a read found. */
export type ObjectRead =
  | { readonly kind: 'found'; readonly bytes: Buffer; readonly version: ObjectVersion }
  | { readonly kind: 'too-large'; readonly size: number }
  | { readonly kind: 'changed' }
  | { readonly kind: 'missing' };

/** What a read of a part found. */
export type RangeRead =
  | { readonly kind: 'found'; readonly bytes: Buffer }
  | { readonly kind: 'changed' }
  | { readonly kind: 'missing' };

/** What a create-only write did; `exists` means that another writer's bytes are there. */
export type CreateResult = 'created' | 'exists';

/**
 * The bucket. Every method retries what is worth retrying within the invocation's deadline and then throws a
 * `ServiceFailure`; a missing object, a changed object and a lost race are answers, not failures.
 */
export interface ObjectStore {
  readonly list: (query: {
    readonly prefix: string;
    readonly startAfter?: string;
    /** 1 to 1,000. */
    readonly limit: number;
  }) => Promise<ObjectPage>;
  /** Reads at most `maxBytes`; with `ifMatch`, only that version (`changed` otherwise). */
  readonly read: (request: {
    readonly key: ObjectKey;
    readonly maxBytes: number;
    readonly ifMatch?: Etag;
  }) => Promise<ObjectRead>;
  /**
   * Reads `length` bytes (at least 1) from the offset `from`, or what the object has of them: fewer at its end, none past
   * it. Only of the version `ifMatch`, so that the parts of one object fit together.
   */
  readonly readRange: (request: {
    readonly key: ObjectKey;
    readonly from: number;
    readonly length: number;
    readonly ifMatch: Etag;
  }) => Promise<RangeRead>;
  readonly head: (key: ObjectKey) => Promise<ObjectVersion | undefined>;
  /** Writes or replaces. `encrypted` asks for encryption at rest with a service-managed key. */
  readonly put: (object: {
    readonly key: ObjectKey;
    readonly bytes: Buffer;
    readonly contentType: string;
    readonly encrypted?: true;
  }) => Promise<void>;
  /**
   * Writes only when nothing is there (`x-oss-forbid-overwrite`). A write whose answer was lost is recognised by reading
   * the object back: the same bytes mean `created`, so the bytes must name their writer when that matters.
   */
  readonly create: (object: {
    readonly key: ObjectKey;
    readonly bytes: Buffer;
    readonly contentType: string;
  }) => Promise<CreateResult>;
  /** Copies inside the bucket without reading the bytes; `changed` when the source is no longer that version. */
  readonly copy: (request: {
    readonly from: ObjectKey;
    readonly to: ObjectKey;
    readonly ifMatch: Etag;
    readonly encrypted?: true;
  }) => Promise<'copied' | 'changed' | 'missing'>;
  /** Deletes; deleting what is not there is fine. */
  readonly delete: (key: ObjectKey) => Promise<void>;
  /** {@link delete} for at most 1,000 keys at once; throws `RangeError` for more. After a failure some may be gone. */
  readonly deleteMany: (keys: readonly ObjectKey[]) => Promise<void>;
}
