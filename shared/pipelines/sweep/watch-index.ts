import * as v from 'valibot';
import { parseInstanceId } from '../../core/instance.ts';
import { etagOf, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { KnownFile } from '../../core/sweep/watch-changes.ts';
import { WATCH_INDEX_KEY } from '../../core/sweep/watch-places.ts';
import { WATCH_FILE_PROBLEMS, type WatchFileProblem } from '../../core/sweep/watch-problems.ts';
import { epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { parseJsonObject } from '../json-object.ts';

/** What the lists were when they were looked at last, and which misplaced files have been told. */
export interface WatchIndex {
  readonly files: readonly KnownFile[];
  /** Identities of the standing outcomes about misplaced files. */
  readonly told: readonly string[];
}

const SCHEMA = 1;
/** 1,000 files with the longest keys, all of characters that JSON has to escape. */
const INDEX_MAX_BYTES = 8 * 1024 * 1024;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Moment = v.pipe(v.number(), v.safeInteger());
const PROBLEMS = Object.keys(WATCH_FILE_PROBLEMS) as WatchFileProblem[];

const Shape = v.object({
  schema: v.literal(SCHEMA),
  files: v.array(
    v.object({
      instance: v.string(),
      key: v.string(),
      etag: v.string(),
      lastModified: Moment,
      lines: Count,
      named: Count,
      stars: Count,
      bad: Count,
      good: v.optional(v.string()),
      trouble: v.optional(v.object({ problem: v.picklist(PROBLEMS), since: Moment })),
    }),
  ),
  told: v.array(v.string()),
});

/** The bytes of the index object. */
export function watchIndexBytes({ files, told }: WatchIndex): Buffer {
  const flat = files.map(({ bad, counts, good, instance, object, trouble }) => ({
    instance,
    ...object,
    ...counts,
    bad,
    good,
    trouble,
  }));
  return Buffer.from(safeJson({ schema: SCHEMA, files: flat, told }));
}

/**
 * Reads the index. One that can not be read counts as none: every list is then told as added, which is loud and harmless.
 */
export async function readWatchIndex(deps: {
  readonly store: ObjectStore;
  readonly runLog: RunLog;
}): Promise<WatchIndex> {
  const read = await deps.store.read({ key: WATCH_INDEX_KEY, maxBytes: INDEX_MAX_BYTES });
  const index = read.kind === 'found' ? parseIndex(read.bytes) : undefined;
  if (index === undefined && read.kind !== 'missing') deps.runLog.write({ event: 'watch-index-unreadable' });
  return index ?? { files: [], told: [] };
}

function parseIndex(bytes: Buffer): WatchIndex | undefined {
  const read = parseJsonObject(bytes, Shape);
  if (read === undefined) return undefined;
  const files = read.files.map(knownFile);
  const present = files.filter((file) => file !== undefined);
  return present.length === files.length ? { files: present, told: read.told } : undefined;
}

function knownFile(file: v.InferOutput<typeof Shape>['files'][number]): KnownFile | undefined {
  const instance = parseInstanceId(file.instance);
  if (instance === undefined) return undefined;
  const { bad, etag, good, key, lastModified, lines, named, stars, trouble } = file;
  return {
    instance,
    object: { key: objectKey(key), etag: etagOf(etag), lastModified: epochMs(lastModified) },
    counts: { lines, named, stars },
    bad,
    ...(good === undefined ? {} : { good: etagOf(good) }),
    ...(trouble === undefined ? {} : { trouble: { problem: trouble.problem, since: epochMs(trouble.since) } }),
  };
}
