import { nameOf } from '../digest.ts';
import { displayText } from '../display-text.ts';
import type { InstanceId } from '../instance.ts';
import { type Etag, type ObjectKey, type ObjectVersion, objectKey } from '../object-version.ts';
import { epochMs } from '../time.ts';
import type { WatchStanding } from './watch-changes.ts';
import type { WatchOutcome } from './watch-outcome.ts';
import type { WatchFileProblem } from './watch-problems.ts';

/** Where people put watch lists. */
export const WATCH = 'watch/';

/** More lists than this are not read. */
export const MAX_FILES = 1000;

const GOOD_COPIES = 'state/sweep/watch-good/';

/** What is remembered of the lists between sweeps. */
export const WATCH_INDEX_KEY = objectKey('state/sweep/watch-index.json');

/** Where the copy of a list's last good version lies. */
export function goodCopyKey(instance: InstanceId, key: ObjectKey): ObjectKey {
  return objectKey(`${GOOD_COPIES}${instance}/${nameOf([key], 16)}.csv`);
}

const STANDINGS: readonly WatchStanding[] = ['in-force', 'replaced', 'newcomer'];

/** A file at a place where lists belong. */
export interface PlacedFile {
  readonly instance: InstanceId;
  readonly version: ObjectVersion;
}

/** A file that is no list of any instance by its name alone. */
export interface MisplacedFile {
  readonly problem: Extract<WatchFileProblem, 'instance-unknown' | 'nested' | 'not-csv' | 'too-many-files'>;
  readonly version: ObjectVersion;
}

// What computers leave behind without being asked, and the lock file of an open workbook.
const SILENT_FILE = /^(?:\.DS_Store|\._.*|~\$.*|Thumbs\.db|desktop\.ini)$/i;

/**
 * Sorts a listing of `watch/` by what the keys say. Lists in force come first, so that neither a
 * flood of new files nor one that grew can push them over a limit.
 */
export function sortWatchFiles(
  objects: readonly ObjectVersion[],
  instances: readonly InstanceId[],
  standingOf: (version: ObjectVersion) => WatchStanding,
): { readonly placed: readonly PlacedFile[]; readonly misplaced: readonly MisplacedFile[] } {
  const placed: PlacedFile[] = [];
  const misplaced: MisplacedFile[] = [];
  for (const version of objects) {
    const place = placeOf(version.key, instances);
    if (place === 'silent') continue;
    if (typeof place === 'string') misplaced.push({ problem: place, version });
    else placed.push({ instance: place.instance, version });
  }
  const ordered = STANDINGS.flatMap((standing) => placed.filter(({ version }) => standingOf(version) === standing));
  const tooMany = ordered.slice(MAX_FILES).map(({ version }) => ({ problem: 'too-many-files' as const, version }));
  return { placed: ordered.slice(0, MAX_FILES), misplaced: [...misplaced, ...tooMany] };
}

function placeOf(
  key: ObjectKey,
  instances: readonly InstanceId[],
): 'silent' | MisplacedFile['problem'] | { readonly instance: InstanceId } {
  const segments = key.slice(WATCH.length).split('/');
  const fileName = segments.at(-1) ?? '';
  if (fileName === '' || SILENT_FILE.test(fileName)) return 'silent';
  if (segments.length === 1) return 'nested';
  const instance = instances.find((known) => known === segments[0]);
  if (instance === undefined) return 'instance-unknown';
  if (segments.length > 2) return 'nested';
  return /\.csv$/i.test(fileName) ? { instance } : 'not-csv';
}

/** So many files with one problem are named; more of them are one outcome. */
const NAMED_AT_MOST = 5;

/** One outcome for each misplaced file, or one for all with the same problem when they are many. */
export function misplacedOutcomes(misplaced: readonly MisplacedFile[]): readonly WatchOutcome[] {
  const byProblem = new Map<MisplacedFile['problem'], ObjectVersion[]>();
  for (const { problem, version } of misplaced) {
    const versions = byProblem.get(problem) ?? [];
    byProblem.set(problem, versions);
    versions.push(version);
  }
  return [...byProblem].flatMap(([problem, versions]): WatchOutcome[] =>
    versions.length > NAMED_AT_MOST
      ? [refusalOf(problem, ALL_LISTS, { files: versions.length, shown: versions[0]?.key ?? '' })]
      : versions.map((version) => refusalOf(problem, version, { files: 1, shown: '' })),
  );
}

const ALL_LISTS: ObjectVersion = {
  key: objectKey(WATCH),
  etag: '' as Etag, // it stands for many objects
  size: 0,
  lastModified: epochMs(0),
};

function refusalOf(
  problem: MisplacedFile['problem'],
  { etag, key, lastModified }: ObjectVersion,
  { files, shown }: { readonly files: number; readonly shown: string },
): WatchOutcome {
  return {
    kind: 'watch-refused',
    problem,
    object: { key, etag, lastModified },
    keeping: 'nothing',
    shown: displayText(shown),
    bad: { count: 0, codes: [], first: [] },
    files,
  };
}
