import { type DisplayText, displayText } from '../display-text.ts';
import type { InstanceId } from '../instance.ts';
import type { Etag, ObjectKey, ObjectVersion } from '../object-version.ts';
import { type EpochMs, hours, since } from '../time.ts';
import { shrinkageOf, type WatchCounts } from './shrinkage.ts';
import type { BadLines } from './watch-bad-lines.ts';
import type { WatchObject, WatchOutcome } from './watch-outcome.ts';
import type { WatchFileProblem } from './watch-problems.ts';
import type { TextEncoding } from './watch-text.ts';

/** What is remembered of one file between sweeps. */
export interface KnownFile {
  readonly instance: InstanceId;
  /** The version that was looked at last, useful or not. */
  readonly object: WatchObject;
  /** Of the version in force; all 0 when none is. */
  readonly counts: WatchCounts;
  readonly bad: number;
  /** The version whose copy is kept as the last good one. */
  readonly good?: Etag;
  /** Since when the file can not be used, through whatever versions. */
  readonly trouble?: { readonly problem: WatchFileProblem; readonly since: EpochMs };
}

/** What a file under `watch/` turned out to be this time. */
export interface SeenFile {
  readonly instance: InstanceId;
  readonly version: ObjectVersion;
  readonly use:
    | {
        readonly kind: 'current';
        readonly counts: WatchCounts;
        readonly bad: BadLines;
        readonly encoding: TextEncoding;
      }
    | ({ readonly kind: 'last-good'; readonly counts: WatchCounts } & Trouble)
    | ({ readonly kind: 'nothing' } & Trouble);
}

/** Why the version that is there is not the one in force. */
export interface Trouble {
  readonly problem: WatchFileProblem;
  readonly shown: DisplayText;
  readonly bad: BadLines;
}

/** How long the last good version of a file stays in force. */
export const LAST_GOOD_KEPT = hours(24);

const NO_COUNTS: WatchCounts = { lines: 0, named: 0, stars: 0 };

/** How a file stands in the queue for room under the limits: unchanged, changed, or new. */
export type WatchStanding = 'in-force' | 'replaced' | 'newcomer';

/** The standing of a version: what is in force goes first, what never was goes last. */
export function standingOf(known: KnownFile | undefined, version: ObjectVersion): WatchStanding {
  if (known === undefined) return 'newcomer';
  if (known.trouble === undefined && known.object.etag === version.etag) return 'in-force';
  return known.trouble === undefined || known.counts.named + known.counts.stars > 0 ? 'replaced' : 'newcomer';
}

/** Whether the last good version of a file in trouble is still in force. */
export function isLastGoodInForce(known: KnownFile | undefined, now: EpochMs): boolean {
  return known?.trouble === undefined || since(known.trouble.since, now) < LAST_GOOD_KEPT;
}

/**
 * Compares what was seen with what was known: every change is one outcome, what is as it was is none.
 *
 * @param isListed - Whether the listing reached as far as this key: beyond its end nothing can be said to be gone.
 * @param now - By the object store's clock.
 * @returns The outcomes, what is known from now on, once they are told, and every file that can not be used, told or
 *   not.
 */
export function watchChanges(request: {
  readonly known: readonly KnownFile[];
  readonly seen: readonly SeenFile[];
  readonly isListed: (key: ObjectKey) => boolean;
  readonly now: EpochMs;
}): {
  readonly outcomes: readonly WatchOutcome[];
  readonly known: readonly KnownFile[];
  readonly refused: readonly WatchOutcome[];
} {
  const before = new Map(request.known.map((file) => [file.object.key, file]));
  const present = new Set(request.seen.map(({ version }) => version.key));
  const gone = request.known.filter(({ object }) => !present.has(object.key));
  const removed = gone.filter(({ object }) => request.isListed(object.key));
  const refusals = new Map(request.seen.map((file) => [file, refusalOf(file)]));
  return {
    refused: [...refusals.values()].filter((refusal) => refusal !== undefined),
    outcomes: [
      ...request.seen.flatMap((file) => outcomesOf(file, before.get(file.version.key), refusals.get(file))),
      ...removed.flatMap(removalOf),
    ],
    known: [
      ...request.seen.map((file) => nowKnown(file, before.get(file.version.key), request.now)),
      ...gone.filter(({ object }) => !request.isListed(object.key)),
    ],
  };
}

function outcomesOf(
  seen: SeenFile,
  known: KnownFile | undefined,
  refusal: WatchOutcome | undefined,
): readonly WatchOutcome[] {
  const { use } = seen;
  switch (use.kind) {
    case 'current':
      return currentOutcomes(seen, use, known);
    case 'last-good':
    case 'nothing':
      return troubleOutcomes(seen, use, known, refusal);
  }
}

function refusalOf({ instance, use, version }: SeenFile): WatchOutcome | undefined {
  if (use.kind === 'current') return undefined;
  const { bad, problem, shown } = use;
  const keeping = use.kind === 'nothing' ? 'nothing' : 'last-good-version';
  return { kind: 'watch-refused', problem, instance, object: objectOf(version), keeping, shown, bad, files: 1 };
}

type Use<Kind> = Extract<SeenFile['use'], { readonly kind: Kind }>;

function currentOutcomes(
  seen: SeenFile,
  { bad, counts, encoding }: Use<'current'>,
  known: KnownFile | undefined,
): readonly WatchOutcome[] {
  const object = objectOf(seen.version);
  const { instance } = seen;
  const before = known?.counts ?? NO_COUNTS;
  const isSame = known !== undefined && known.object.etag === object.etag;
  const change =
    known === undefined ? 'added' : !isSame ? 'changed' : known.trouble === undefined ? undefined : 'mended';
  const outcomes: WatchOutcome[] = [];
  if (change !== undefined) {
    outcomes.push({ kind: 'watch-changed', change, instance, object, before, after: counts, bad: bad.count, encoding });
    const how = shrinkageOf(before, counts);
    if (how !== undefined) outcomes.push({ kind: 'watch-shrunk', how, instance, object, before, after: counts });
  }
  // Lines of other files can contradict this one, so its count can change while it does not.
  const isNews = change !== undefined || bad.count !== known?.bad;
  if (bad.count > 0 && isNews) outcomes.push({ kind: 'watch-line-bad', instance, object, lines: counts.lines, bad });
  return outcomes;
}

function troubleOutcomes(
  seen: SeenFile,
  use: Use<'last-good' | 'nothing'>,
  known: KnownFile | undefined,
  refusal: WatchOutcome | undefined,
): readonly WatchOutcome[] {
  const object = objectOf(seen.version);
  const { instance } = seen;
  const isTold = known?.object.etag === object.etag && known.trouble?.problem === use.problem;
  const outcomes: WatchOutcome[] = isTold || refusal === undefined ? [] : [refusal];
  const before = known?.counts ?? NO_COUNTS;
  if (use.kind === 'nothing' && before.named + before.stars > 0) {
    outcomes.push({ kind: 'watch-shrunk', how: 'last-good-lapsed', instance, object, before, after: NO_COUNTS });
  }
  return outcomes;
}

function removalOf({ counts: before, instance, object }: KnownFile): readonly WatchOutcome[] {
  const gone = { instance, object, before, after: NO_COUNTS } as const;
  const outcomes: WatchOutcome[] = [{ kind: 'watch-changed', change: 'removed', ...gone, bad: 0, encoding: 'none' }];
  if (before.named + before.stars > 0) outcomes.push({ kind: 'watch-shrunk', how: 'vanished', ...gone });
  return outcomes;
}

function nowKnown({ instance, use, version }: SeenFile, known: KnownFile | undefined, now: EpochMs): KnownFile {
  const file = { instance, object: objectOf(version) };
  const good = known?.good === undefined ? {} : { good: known.good };
  if (use.kind === 'current') return { ...file, ...good, counts: use.counts, bad: use.bad.count };
  return {
    ...file,
    ...good,
    counts: use.kind === 'last-good' ? use.counts : NO_COUNTS,
    bad: use.bad.count,
    trouble: { problem: use.problem, since: known?.trouble?.since ?? now },
  };
}

function objectOf({ etag, key, lastModified }: ObjectVersion): WatchObject {
  return { key, etag, lastModified };
}

/** Nothing to show of a file in trouble but its problem. */
export function bareTrouble(problem: WatchFileProblem, shown = ''): Trouble {
  return { problem, shown: displayText(shown), bad: { count: 0, codes: [], first: [] } };
}
