import type { Brand } from './brand.ts';
import type { EpochMs } from './time.ts';

/** A key in our bucket: raw UTF-8 text, 1 to 1,023 bytes, never percent-encoded. */
export type ObjectKey = Brand<string, 'ObjectKey'>;

/** An object's ETag in upper-case hex without quotes (multipart uploads add `-N`). */
export type Etag = Brand<string, 'Etag'>;

/** One version of one object as a listing or a HEAD shows it. */
export interface ObjectVersion {
  readonly key: ObjectKey;
  readonly etag: Etag;
  /** Bytes. */
  readonly size: number;
  /** By the object store's clock, to the second. */
  readonly lastModified: EpochMs;
}

/** Names a key. Keys come from our own layout or from a listing; OSS refuses what does not fit (1 to 1,023 bytes). */
export function objectKey(text: string): ObjectKey {
  return text as ObjectKey;
}

/** The one spelling of an ETag: events, headers and listings differ in quotes and case. */
export function etagOf(text: string): Etag {
  return text.replaceAll('"', '').trim().toUpperCase() as Etag;
}
