import type { ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import {
  createWatchFileReader,
  type WatchFileContent,
  type WatchFileReader,
  type WatchFileRefusal,
} from '../../core/sweep/watch-file.ts';
import type { CaTable } from '../../core/sweep/watch-rows.ts';
import type { ObjectStore, RangeRead } from '../../ports/object-store.ts';
import { splitCells } from './watch-cells.ts';

/** Octets asked for at once. */
const RANGE = 2 * 1024 * 1024;
/** Files whose first part is on its way while another file is being read. */
const AHEAD = 4;

/** What became of reading one version of a file. */
export type WatchFileRead =
  | WatchFileContent
  | WatchFileRefusal
  | { readonly kind: 'changed' }
  | { readonly kind: 'missing' }
  /** The store gave an error for this one object. */
  | { readonly kind: 'failed'; readonly code: string };

/** The first part of a file, or why there is none. */
export type FirstPart = RangeRead | { readonly kind: 'failed'; readonly code: string };

/** Reads one version of a list, part by part; never more of it than a part is in memory. */
export async function readWatchFile(
  store: ObjectStore,
  request: {
    readonly version: ObjectVersion;
    readonly table: CaTable;
    /** How many lines it may bring at most. */
    readonly maxLines: number;
    /** The first part, when it was fetched before. */
    readonly first?: FirstPart;
  },
): Promise<WatchFileRead> {
  const { version } = request;
  const reader = createWatchFileReader({ table: request.table, split: splitCells, maxLines: request.maxLines });
  let from = 0;
  let part = request.first ?? (await readPart(store, version, from));
  for (;;) {
    if (part.kind !== 'found') return part;
    from += part.bytes.length;
    if (!wantsMore(reader, part.bytes) || from >= version.size) return reader.end();
    part = await readPart(store, version, from);
  }
}

/** An empty part ends a file that is shorter than its listing said; asking on would never end. */
function wantsMore(reader: WatchFileReader, bytes: Buffer): boolean {
  return bytes.length > 0 && reader.push(bytes);
}

async function readPart(store: ObjectStore, version: ObjectVersion, from: number): Promise<FirstPart> {
  if (version.size === 0) return { kind: 'found', bytes: Buffer.alloc(0) };
  try {
    return await store.readRange({ key: version.key, from, length: RANGE, ifMatch: version.etag });
  } catch (error) {
    if (error instanceof ServiceFailure) return { kind: 'failed', code: error.facts.code };
    throw error;
  }
}

/**
 * Fetches the first parts of files a few ahead of the reader, in order: a thousand small files do not wait for one
 * another, and at most {@link AHEAD} parts are in memory.
 */
export async function* firstParts(
  store: ObjectStore,
  versions: readonly ObjectVersion[],
): AsyncGenerator<FirstPart, void, undefined> {
  const begin = (version: ObjectVersion): Promise<Started> =>
    // A promise nobody waits for yet must not reject: that would end the process.
    readPart(store, version, 0).then(
      (part) => ({ part }),
      (error: unknown) => ({ error }),
    );
  const started = versions.slice(0, AHEAD).map(begin);
  for (let next = AHEAD; started.length > 0; next += 1) {
    const settled = await started.shift();
    const following = versions[next];
    if (following !== undefined) started.push(begin(following));
    if (settled === undefined) return;
    if ('error' in settled) throw settled.error;
    yield settled.part;
  }
}

type Started = { readonly part: FirstPart } | { readonly error: unknown };
