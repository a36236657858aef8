import { mapLimited } from '../../core/limit.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import type { KnownFile } from '../../core/sweep/watch-changes.ts';
import { goodCopyKey, WATCH_INDEX_KEY } from '../../core/sweep/watch-places.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { type WatchIndex, watchIndexBytes } from './watch-index.ts';

const COPIES_AT_ONCE = 4;

/**
 * Keeps a copy of every version in force, made inside the bucket, drops the copies of files that are gone, and writes
 * the index when it says anything new. A copy that can not be made is tried again by the next sweep that compiles.
 */
export async function keepWatchFiles(
  deps: { readonly store: ObjectStore; readonly runLog: RunLog },
  before: WatchIndex,
  after: WatchIndex,
): Promise<void> {
  const files = await mapLimited(after.files, COPIES_AT_ONCE, (file) =>
    file.trouble === undefined && file.good !== file.object.etag ? copyGood(deps, file) : Promise.resolve(file),
  );
  const present = new Set(after.files.map(({ object }) => object.key));
  const gone = before.files.filter(({ good, object }) => good !== undefined && !present.has(object.key));
  await mapLimited(gone, COPIES_AT_ONCE, ({ instance, object }) =>
    deps.store.delete(goodCopyKey(instance, object.key)),
  );
  const bytes = watchIndexBytes({ ...after, files });
  if (bytes.equals(watchIndexBytes(before))) return;
  await deps.store.put({ key: WATCH_INDEX_KEY, bytes, contentType: 'application/json' });
}

async function copyGood(
  { runLog, store }: { readonly store: ObjectStore; readonly runLog: RunLog },
  file: KnownFile,
): Promise<KnownFile> {
  const { instance, object } = file;
  try {
    const to = goodCopyKey(instance, object.key);
    const copied = await store.copy({ from: object.key, to, ifMatch: object.etag });
    return copied === 'copied' ? { ...file, good: object.etag } : file; // replaced meanwhile: the next sweep reads it
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    runLog.write({ event: 'watch-copy-failed', code: error.facts.code });
    return file;
  }
}
