import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** The folders at the top of our bucket, besides `inbox`. */
const BUCKET_FOLDERS = ['registered', 'rejected', 'quarantine', 'watch', 'control', 'state', 'outbox', 'reports'];

/**
 * Finds the reason not to write a private key into a folder: the folder is, or lies in, a bucket.
 *
 * A bucket is a local cloud's own folder, anything below a folder named `inbox`, and every folder that is laid out like
 * our bucket (a mounted one, a synchronised copy): it has `inbox/` and either another of our folders or nothing else.
 * Symbolic links are followed first, so a link into the bucket is the bucket.
 *
 * @param bucketFolders - Those of the local clouds that are known.
 * @returns The real path of the bucket-like folder, or `undefined` when the place is fine.
 */
export function bucketAround(folder: string, bucketFolders: readonly string[]): string | undefined {
  const known = bucketFolders.map(realPathOf);
  for (let place = realPathOf(folder); ; place = dirname(place)) {
    if (known.includes(place) || basename(place).toLowerCase() === 'inbox' || isLaidOutLikeBucket(place)) return place;
    if (place === dirname(place)) return undefined;
  }
}

/** The real path of a folder that may not exist yet: links in the part that does exist are followed. */
export function realPathOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : resolve(realPathOf(parent), basename(absolute));
  }
}

function isLaidOutLikeBucket(folder: string): boolean {
  const names = foldersIn(folder);
  if (!names.includes('inbox')) return false;
  return names.length === 1 || names.some((name) => BUCKET_FOLDERS.includes(name));
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch {
    return []; // not there yet, or not readable: it can not be recognised as a bucket
  }
}
