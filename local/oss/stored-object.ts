import type { Stats } from 'node:fs';

/**
 * One state of one file on disk. Two states with equal identity hold the same bytes: every write of ours makes a new
 * inode, and a write by hand moves the modification time.
 */
export interface FileIdentity {
  readonly inode: number;
  readonly size: number;
  /** With its fraction: file systems keep nanoseconds. */
  readonly mtimeMs: number;
}

/** Everything the stand-in knows about an object, as it is kept in memory and in the journal. */
export interface StoredObject {
  readonly key: string;
  /** Upper-case hex MD5 without quotes; `<hex>-<parts>` after a multipart upload. */
  readonly etag: string;
  readonly size: number;
  /** Milliseconds of the local cloud's moved clock. */
  readonly lastModified: number;
  readonly type: 'Normal' | 'Multipart';
  readonly contentType: string;
  /** Stored headers under their lower-case wire names: `x-oss-meta-*`, `cache-control`, encryption and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** `plain`: under the bucket folder by its key; `hashed`: under `.objects` by the hash of its key. */
  readonly place: 'plain' | 'hashed';
  readonly file: FileIdentity;
}

/** An object that has bytes in a temporary file, but no place yet. */
export type ObjectDraft = Omit<StoredObject, 'place' | 'file'>;

/** The identity of a file from its `stat`. */
export function identityOf(stats: Stats): FileIdentity {
  return { inode: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs };
}

/** Whether two identities mean the same bytes. */
export function sameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.inode === other.inode && one.size === other.size && one.mtimeMs === other.mtimeMs;
}
