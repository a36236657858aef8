import { expect, test } from 'vitest';
import { displayText } from '../../../shared/core/display-text.ts';
import { etagOf, objectKey } from '../../../shared/core/object-version.ts';
import { shrinkageOf } from '../../../shared/core/sweep/shrinkage.ts';
import {
  isLastGoodInForce,
  type KnownFile,
  type SeenFile,
  watchChanges,
} from '../../../shared/core/sweep/watch-changes.ts';
import { type WatchOutcome, watchFields, watchIdentity } from '../../../shared/core/sweep/watch-outcome.ts';
import { WATCH_OUTCOME_KINDS } from '../../../shared/core/sweep/watch-outcome-table.ts';
import type { WatchFileProblem } from '../../../shared/core/sweep/watch-problems.ts';
import { epochMs } from '../../../shared/core/time.ts';
import { WATCH_INSTANCE as instance } from '../../support/watch-lists.ts';

const KEY = objectKey('watch/post-cn-watch00001/hall 7.csv');
const HOUR = 3_600_000;
const NO_BAD = { count: 0, codes: [], first: [] };

const counts = (named: number, stars = 0) => ({ lines: named + stars, named, stars });
const version = (etag: string) => ({ key: KEY, etag: etagOf(etag), size: 9, lastModified: epochMs(5000) });
const object = (etag: string) => ({ key: KEY, etag: etagOf(etag), lastModified: epochMs(5000) });
const known = (etag: string, named: number, extra: Partial<KnownFile> = {}): KnownFile => ({
  instance,
  object: object(etag),
  counts: counts(named),
  bad: 0,
  ...extra,
});
const current = (etag: string, named: number, stars = 0): SeenFile => ({
  instance,
  version: version(etag),
  use: { kind: 'current', counts: counts(named, stars), bad: NO_BAD, encoding: 'utf-8' },
});
const troubled = (etag: string, problem: WatchFileProblem, keptNamed?: number): SeenFile => {
  const trouble = { problem, shown: displayText('x'), bad: NO_BAD };
  const use =
    keptNamed === undefined
      ? { kind: 'nothing' as const, ...trouble }
      : { kind: 'last-good' as const, counts: counts(keptNamed), ...trouble };
  return { instance, version: version(etag), use };
};

function told(before: KnownFile | undefined, seen: SeenFile | undefined, now = 0): readonly string[] {
  const { outcomes } = watchChanges({
    known: before === undefined ? [] : [before],
    seen: seen === undefined ? [] : [seen],
    isListed: () => true,
    now: epochMs(now),
  });
  return outcomes.map((outcome) => `${outcome.kind} ${watchFields(outcome).fields['reason'] ?? ''}`);
}

test('every change is one outcome, and no change is none', () => {
  expect(told(undefined, current('a', 5))).toEqual(['watch-changed added']);
  expect(told(known('a', 5), current('a', 5))).toEqual([]);
  expect(told(known('a', 5), current('b', 5))).toEqual(['watch-changed changed']);
  expect(told(known('a', 5), undefined)).toEqual(['watch-changed removed', 'watch-shrunk vanished']);
  expect(told(known('a', 0), undefined)).toEqual(['watch-changed removed']);
});

test('nothing is said to be gone beyond the end of the listing, and it stays known', () => {
  const request = { known: [known('a', 5)], seen: [], isListed: () => false, now: epochMs(0) };
  expect(watchChanges(request)).toEqual({ outcomes: [], refused: [], known: [known('a', 5)] });
});

test.each([
  [100, 0, 90, 0, undefined],
  [100, 0, 89, 0, 'shrunk'],
  [10, 0, 9, 0, undefined],
  [1, 0, 0, 0, 'emptied'],
  [0, 0, 0, 0, undefined],
  [0, 0, 5, 0, undefined],
  [500, 1, 501, 0, 'star-removed'],
  [500, 1, 499, 1, undefined],
])('from %i devices and %i whole CAs to %i and %i is %s', (named, stars, namedNow, starsNow, how) => {
  expect(shrinkageOf(counts(named, stars), counts(namedNow, starsNow))).toBe(how);
});

test('a list that lost more than a tenth is told as a change and as smaller', () => {
  expect(told(known('a', 100), current('b', 80))).toEqual(['watch-changed changed', 'watch-shrunk shrunk']);
});

test('a file in trouble is told once, keeps what it watched for 24 hours, and then is told as smaller', () => {
  const broken = troubled('b', 'header-missing', 5);
  expect(told(known('a', 5), broken)).toEqual(['watch-refused header-missing']);
  const after = watchChanges({ known: [known('a', 5)], seen: [broken], isListed: () => true, now: epochMs(1000) });
  const [file] = after.known;
  expect(file).toEqual(known('b', 5, { trouble: { problem: 'header-missing', since: epochMs(1000) } }));
  expect(told(file, broken, HOUR)).toEqual([]);
  expect(isLastGoodInForce(file, epochMs(1000 + 24 * HOUR - 1))).toBe(true);
  expect(isLastGoodInForce(file, epochMs(1000 + 24 * HOUR))).toBe(false);
  expect(told(file, troubled('b', 'header-missing'), 25 * HOUR)).toEqual(['watch-shrunk last-good-lapsed']);
  expect(told(known('b', 0, { trouble: { problem: 'header-missing', since: epochMs(0) } }), broken)).toEqual([]);
});

test('another broken version does not begin the 24 hours anew, and a good one ends the trouble', () => {
  const trouble = { problem: 'empty', since: epochMs(1000) } as const;
  const seen = [troubled('c', 'header-missing', 5)];
  const after = watchChanges({ known: [known('b', 5, { trouble })], seen, isListed: () => true, now: epochMs(9000) });
  expect(after.known[0]?.trouble).toEqual({ problem: 'header-missing', since: 1000 });
  expect(told(known('b', 5, { trouble }), current('c', 5))).toEqual(['watch-changed changed']);
  expect(told(known('b', 5, { trouble }), current('b', 5))).toEqual(['watch-changed mended']);
});

test('bad lines are told again only when their number is another one', () => {
  const first = [{ line: 7, code: 'digits-only' as const, shown: displayText('123') }];
  const bad = { count: 2, codes: [{ code: 'digits-only' as const, count: 2 }], first };
  const seen: SeenFile = { ...current('a', 5), use: { kind: 'current', counts: counts(5), bad, encoding: 'utf-8' } };
  expect(told(known('a', 5, { bad: 2 }), seen)).toEqual([]);
  expect(told(known('a', 5, { bad: 1 }), seen)).toEqual(['watch-line-bad digits-only']);
  const outcome: WatchOutcome = { kind: 'watch-line-bad', instance, object: object('ab'), lines: 7, bad };
  expect(watchFields(outcome)).toMatchObject({
    fields: {
      instance: 'post-cn-watch00001',
      object_key: 'watch/post-cn-watch00001/hall 7.csv',
      object_etag: 'AB',
      reason: 'digits-only',
      fix: 'Write 0x… for hex or dec:… for decimal, for example 0x356217374433 or dec:58695412565043.',
      rule_inputs:
        '{"lines":7,"bad":2,"codes":"digits-only 2","first":"line 7: digits-only (123)","fix_zh":"按 0x… 写十六进制，按 dec:… 写十进制，例如 0x356217374433 或 dec:58695412565043。"}',
    },
    named: { lines: '7', bad: '2', first: 'line 7: digits-only (123)' },
  });
  expect(watchIdentity(outcome)).toEqual([KEY, 'AB', 5000, 2]);
});

test('every brace of a sentence is filled by each outcome of its kind', () => {
  const before = counts(5);
  const all: readonly WatchOutcome[] = [
    {
      kind: 'watch-changed',
      change: 'added',
      instance,
      object: object('a'),
      before,
      after: before,
      bad: 0,
      encoding: 'gbk',
    },
    { kind: 'watch-line-bad', instance, object: object('a'), lines: 1, bad: NO_BAD },
    {
      kind: 'watch-refused',
      problem: 'nested',
      object: object('a'),
      keeping: 'nothing',
      shown: displayText(''),
      bad: NO_BAD,
      files: 1,
    },
    { kind: 'watch-shrunk', how: 'vanished', instance, object: object('a'), before, after: counts(0) },
  ];
  for (const outcome of all) {
    const { en, zh } = WATCH_OUTCOME_KINDS[outcome.kind];
    const { named } = watchFields(outcome);
    const braces = [...`${zh}${en}`.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1] ?? '');
    expect(braces.filter((name) => named[name] === undefined)).toEqual([]);
  }
});
