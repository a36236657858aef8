import { nameOf } from '../../core/digest.ts';
import type { InstanceId } from '../../core/instance.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import type { WatchCounts } from '../../core/sweep/shrinkage.ts';
import {
  isLastGoodInForce,
  type KnownFile,
  type SeenFile,
  standingOf,
  watchChanges,
} from '../../core/sweep/watch-changes.ts';
import type { WatchFileContent } from '../../core/sweep/watch-file.ts';
import { type CompiledWatchList, compileWatchList } from '../../core/sweep/watch-list.ts';
import { type WatchOutcome, watchIdentity } from '../../core/sweep/watch-outcome.ts';
import { misplacedOutcomes, sortWatchFiles, WATCH } from '../../core/sweep/watch-places.ts';
import { type CaTable, createCaTable } from '../../core/sweep/watch-rows.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { eachPage } from '../each-page.ts';
import { keepWatchFiles } from './keep-watch-files.ts';
import { type ReadFile, readWatchFiles, WATCH_LIMITS, type WatchLimits } from './read-watch-files.ts';
import { readWatchIndex } from './watch-index.ts';

/** What a worker keeps between sweeps: while nothing under `watch/` changes, no list is read again. */
export interface WatchCache {
  compiled?: {
    readonly signature: string;
    readonly lists: readonly CompiledWatchList[];
    readonly refused: readonly WatchOutcome[];
  };
}

/** What compiling works with; the sweep's deps are such. */
export interface WatchDeps {
  readonly store: ObjectStore;
  readonly runLog: RunLog;
}

/** The lists in force, and what is to be told about them. */
export interface WatchCompilation {
  /** One for each instance, in the order asked for; one without files watches nothing. */
  readonly lists: readonly CompiledWatchList[];
  readonly outcomes: readonly WatchOutcome[];
  /** Everything that can not be used now, told before or not; those of `outcomes` among them. */
  readonly refused: readonly WatchOutcome[];
  /** Everything under `watch/` was looked at: what is not refused now is not refused any more. */
  readonly isWhole: boolean;
  /**
   * Remembers what was found and keeps copies of the good versions. To be called once the outcomes are reported: a run
   * that dies before it finds the same again, and tells it under the same event ids.
   */
  readonly settle: () => Promise<void>;
}

/** The listing ends when more objects than this are found; at most 1,000 of them are read. */
const MAX_LISTED = 20_000;

/**
 * Compiles everything under `watch/` into one list for each instance. A file that can not be used changes nothing for
 * the others, and its last good version stays in force for 24 hours.
 *
 * @throws ServiceFailure when the listing or the index can not be had at all.
 */
export async function compileWatchLists(
  deps: WatchDeps,
  request: { readonly instances: readonly InstanceId[]; readonly cache?: WatchCache; readonly limits?: WatchLimits },
): Promise<WatchCompilation> {
  const { cache = {}, instances, limits = WATCH_LIMITS } = request;
  const before = await readWatchIndex(deps);
  const { isListed, now, objects } = await listWatch(deps.store);
  const isWhole = objects.length <= MAX_LISTED;
  const signed = (files: readonly KnownFile[]): string => signatureOf({ objects, instances, files, now });
  if (cache.compiled?.signature === signed(before.files)) {
    const { lists, refused } = cache.compiled;
    return { lists, outcomes: [], refused, isWhole, settle: () => Promise.resolve() };
  }
  const known = new Map(before.files.map((file) => [file.object.key, file]));
  const { misplaced, placed } = sortWatchFiles(objects, instances, (version) =>
    standingOf(known.get(version.key), version),
  );
  const tables = new Map(instances.map((instance) => [instance, createCaTable()]));
  const read = await readWatchFiles(deps.store, placed, {
    limits,
    tableOf: (instance) => tables.get(instance) ?? createCaTable(),
    isLastGoodInForce: (key) => isLastGoodInForce(known.get(key), now),
  });
  const lists = instances.map((instance) => compileOne(instance, tables.get(instance) ?? createCaTable(), read));
  // After compiling, because only then it is known which lines contradict each other.
  const changes = watchChanges({ known: before.files, seen: read.map(seenFile), isListed, now });
  const standing = misplacedOutcomes(misplaced).map((outcome) => ({ outcome, id: nameOf(watchIdentity(outcome), 16) }));
  const refused = [...standing.map(({ outcome }) => outcome), ...changes.refused];
  return {
    lists,
    refused,
    isWhole,
    outcomes: [
      ...standing.filter(({ id }) => !before.told.includes(id)).map(({ outcome }) => outcome),
      ...changes.outcomes,
    ],
    settle: async () => {
      await keepWatchFiles(deps, before, { files: changes.known, told: standing.map(({ id }) => id) });
      if (!read.some(mayPass)) cache.compiled = { signature: signed(changes.known), lists, refused };
    },
  };
}

async function listWatch(store: ObjectStore): Promise<{
  readonly objects: readonly ObjectVersion[];
  /** By the store's clock. */
  readonly now: EpochMs;
  /** Whether the listing reached as far as this key. */
  readonly isListed: (key: ObjectKey) => boolean;
}> {
  const objects: ObjectVersion[] = [];
  const { serverNow } = await eachPage(store, { prefix: WATCH }, (page) => {
    objects.push(...page);
    return objects.length <= MAX_LISTED;
  });
  const last = objects.length > MAX_LISTED ? objects.at(-1)?.key : undefined;
  return {
    objects,
    now: serverNow,
    isListed: (key) => last === undefined || Buffer.compare(Buffer.from(key), Buffer.from(last)) <= 0,
  };
}

/** Names everything that the lists in force follow from: the files, and which last good versions still stand in. */
function signatureOf(from: {
  readonly objects: readonly ObjectVersion[];
  readonly instances: readonly InstanceId[];
  readonly files: readonly KnownFile[];
  readonly now: EpochMs;
}): string {
  const { files, instances, now, objects } = from;
  const troubled = files.filter(({ trouble }) => trouble !== undefined);
  return nameOf(
    [
      ...instances,
      ...objects.flatMap(({ etag, key }) => [key, etag]),
      ...troubled.map((file) => `${file.object.key} ${String(isLastGoodInForce(file, now))}`),
    ],
    32,
  );
}

/** A trouble that may pass by itself: the file is looked at again in the next sweep. */
function mayPass({ use }: ReadFile): boolean {
  if (use.kind === 'current') return false;
  return use.trouble.problem === 'kept-changing' || use.trouble.problem === 'store-refused';
}

function compileOne(instance: InstanceId, table: CaTable, read: readonly ReadFile[]): CompiledWatchList {
  const files = read
    .filter((file) => file.instance === instance)
    .sort((a, b) => (a.version.key < b.version.key ? -1 : 1))
    .flatMap(({ use, version }) => {
      if (use.kind === 'nothing') return [];
      const { etag } = use.kind === 'current' ? version : use.copy;
      return [{ key: version.key, etag, content: use.content }];
    });
  return compileWatchList(instance, table, files);
}

function seenFile({ instance, use, version }: ReadFile): SeenFile {
  switch (use.kind) {
    case 'current': {
      const { bad, encoding } = use.content;
      return { instance, version, use: { kind: 'current', counts: countsOf(use.content), bad: bad(), encoding } };
    }
    case 'last-good':
      return { instance, version, use: { kind: 'last-good', counts: countsOf(use.content), ...use.trouble } };
    case 'nothing':
      return { instance, version, use: { kind: 'nothing', ...use.trouble } };
  }
}

function countsOf({ lines, rows }: WatchFileContent): WatchCounts {
  return { lines, named: rows.named(), stars: rows.stars().length };
}
