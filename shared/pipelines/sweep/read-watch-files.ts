import { displayText } from '../../core/display-text.ts';
import type { InstanceId } from '../../core/instance.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { bareTrouble, type Trouble } from '../../core/sweep/watch-changes.ts';
import type { WatchFileContent, WatchFileRefusal } from '../../core/sweep/watch-file.ts';
import { goodCopyKey, type PlacedFile } from '../../core/sweep/watch-places.ts';
import type { CaTable } from '../../core/sweep/watch-rows.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type FirstPart, firstParts, readWatchFile, type WatchFileRead } from './read-watch-file.ts';

/** How much is read of all lists of a deployment together. */
export interface WatchLimits {
  readonly lines: number;
  readonly bytes: number;
}

/** 2,000,000 lines and 200 MB, whatever the number of instances. */
export const WATCH_LIMITS: WatchLimits = { lines: 2_000_000, bytes: 200 * 1024 * 1024 };

/** One file and the version of it that is in force. */
export interface ReadFile {
  readonly instance: InstanceId;
  /** The version that was looked at. */
  readonly version: ObjectVersion;
  readonly use:
    | { readonly kind: 'current'; readonly content: WatchFileContent }
    | {
        readonly kind: 'last-good';
        readonly content: WatchFileContent;
        readonly copy: ObjectVersion;
        readonly trouble: Trouble;
      }
    | { readonly kind: 'nothing'; readonly trouble: Trouble };
}

/** What reading needs to know of the deployment and of the past. */
export interface ReadingContext {
  readonly limits: WatchLimits;
  readonly tableOf: (instance: InstanceId) => CaTable;
  /** Whether the last good version of a file may stand in for it. */
  readonly isLastGoodInForce: (key: ObjectKey) => boolean;
}

/**
 * Reads files one after the other, in the order given, while they fit into the limits; a file that does not fit is
 * refused as a whole, never cut. Files that are gone by the time they are read are left out.
 */
export async function readWatchFiles(
  store: ObjectStore,
  placed: readonly PlacedFile[],
  context: ReadingContext,
): Promise<readonly ReadFile[]> {
  const fitting = fittingInto(context.limits.bytes, placed);
  const reading = { store, context, budget: { lines: context.limits.lines } };
  const parts = firstParts(
    store,
    [...fitting].map(({ version }) => version),
  );
  const files: ReadFile[] = [];
  for (const file of placed) {
    const read = fitting.has(file)
      ? await readOne(reading, file, (await parts.next()).value ?? undefined)
      : await withoutCurrent(reading, file, bareTrouble('too-large'));
    if (read !== undefined) files.push(read);
  }
  return files;
}

interface Reading {
  readonly store: ObjectStore;
  readonly context: ReadingContext;
  /** Lines that may still be read. */
  readonly budget: { lines: number };
}

function fittingInto(maxBytes: number, placed: readonly PlacedFile[]): ReadonlySet<PlacedFile> {
  const fitting = new Set<PlacedFile>();
  let total = 0;
  for (const file of placed) {
    if (total + file.version.size > maxBytes) continue;
    total += file.version.size;
    fitting.add(file);
  }
  return fitting;
}

/** `undefined` when the file is gone. A file replaced while it is read is begun again, once. */
async function readOne(
  reading: Reading,
  file: PlacedFile,
  first: FirstPart | undefined,
): Promise<ReadFile | undefined> {
  const { budget, context, store } = reading;
  const table = context.tableOf(file.instance);
  let { version } = file;
  let read: WatchFileRead = await readWatchFile(store, {
    version,
    table,
    maxLines: budget.lines,
    ...(first === undefined ? {} : { first }),
  });
  if (read.kind === 'changed') {
    const replaced = await headOrCode(store, file.version.key);
    if (replaced === undefined) return undefined;
    if ('failed' in replaced) read = { kind: 'failed', code: replaced.failed };
    else {
      version = replaced;
      // Its size was not part of the sum; it may be larger than the version it replaced, but not than everything.
      const fits = version.size <= context.limits.bytes;
      read = fits
        ? await readWatchFile(store, { version, table, maxLines: budget.lines })
        : { kind: 'refused', lines: 0, ...bareTrouble('too-large') };
    }
  }
  if (read.kind === 'missing') return undefined;
  if (read.kind !== 'read') return withoutCurrent(reading, { ...file, version }, troubleOf(read));
  budget.lines -= read.lines;
  return { instance: file.instance, version, use: { kind: 'current', content: read } };
}

type WatchTrouble =
  | WatchFileRefusal
  | { readonly kind: 'changed' }
  | Extract<WatchFileRead, { readonly kind: 'failed' }>;

function troubleOf(read: WatchTrouble): Trouble {
  switch (read.kind) {
    case 'changed':
      return bareTrouble('kept-changing');
    case 'failed':
      return bareTrouble('store-refused', read.code);
    case 'refused':
      return { problem: read.problem, shown: displayText(read.shown), bad: read.bad };
  }
}

/** The file by its last good version, as long as that may stand in. */
async function withoutCurrent(reading: Reading, file: PlacedFile, trouble: Trouble): Promise<ReadFile> {
  const { budget, context, store } = reading;
  const { instance, version } = file;
  const nothing: ReadFile = { instance, version, use: { kind: 'nothing', trouble } };
  if (!context.isLastGoodInForce(version.key)) return nothing;
  const copy = await headOrCode(store, goodCopyKey(instance, version.key));
  if (copy === undefined || 'failed' in copy) return nothing;
  const read = await readWatchFile(store, { version: copy, table: context.tableOf(instance), maxLines: budget.lines });
  if (read.kind !== 'read') return nothing;
  budget.lines -= read.lines;
  return { instance, version, use: { kind: 'last-good', content: read, copy, trouble } };
}

async function headOrCode(
  store: ObjectStore,
  key: ObjectKey,
): Promise<ObjectVersion | { readonly failed: string } | undefined> {
  try {
    return await store.head(key);
  } catch (error) {
    if (error instanceof ServiceFailure) return { failed: error.facts.code };
    throw error;
  }
}
