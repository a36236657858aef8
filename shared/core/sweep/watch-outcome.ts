import { type DisplayText, displayText } from '../display-text.ts';
import type { InstanceId } from '../instance.ts';
import type { Etag, ObjectKey } from '../object-version.ts';
import { safeJson } from '../safe-json.ts';
import type { EpochMs } from '../time.ts';
import type { Shrinkage, WatchCounts } from './shrinkage.ts';
import type { BadLines } from './watch-bad-lines.ts';
import {
  WATCH_FILE_PROBLEMS,
  WATCH_LINE_PROBLEMS,
  type WatchFileProblem,
  type WatchProblemFacts,
} from './watch-problems.ts';
import type { TextEncoding } from './watch-text.ts';

/** The version of a file that an outcome speaks of. */
export interface WatchObject {
  readonly key: ObjectKey;
  readonly etag: Etag;
  readonly lastModified: EpochMs;
}

/** Everything that can become of a file under `watch/`: one variant per kind of the table. */
export type WatchOutcome =
  /** `mended`: the same version can be read now and could not be before. */
  | {
      readonly kind: 'watch-changed';
      readonly change: 'added' | 'changed' | 'mended' | 'removed';
      readonly instance: InstanceId;
      readonly object: WatchObject;
      readonly before: WatchCounts;
      readonly after: WatchCounts;
      readonly bad: number;
      readonly encoding: TextEncoding | 'none';
    }
  /** One for each file, however many lines. */
  | {
      readonly kind: 'watch-line-bad';
      readonly instance: InstanceId;
      readonly object: WatchObject;
      readonly lines: number;
      readonly bad: BadLines;
    }
  | {
      readonly kind: 'watch-refused';
      readonly problem: WatchFileProblem;
      /** Absent when the file lies in no instance's folder. */
      readonly instance?: InstanceId;
      readonly object: WatchObject;
      /** What is in force instead. */
      readonly keeping: 'last-good-version' | 'nothing';
      /** What there is to show: a first line, an error code of the object store; safe already. */
      readonly shown: DisplayText;
      readonly bad: BadLines;
      /** How many files it is about. */
      readonly files: number;
    }
  | {
      readonly kind: 'watch-shrunk';
      readonly how: Shrinkage | 'vanished' | 'last-good-lapsed';
      readonly instance: InstanceId;
      readonly object: WatchObject;
      readonly before: WatchCounts;
      readonly after: WatchCounts;
    };

/** Keys have up to 1,023 octets; that many characters of one are told. */
const KEY_SHOWN = 200;

/** What makes two tellings the same event: the kind, the file, the very upload of it, and what was found. */
export function watchIdentity(outcome: WatchOutcome): readonly (string | number)[] {
  const { etag, key, lastModified } = outcome.object;
  const version = [key, etag, lastModified];
  switch (outcome.kind) {
    case 'watch-changed':
      return [...version, outcome.change];
    case 'watch-line-bad':
      return [...version, outcome.bad.count];
    case 'watch-refused':
      return [...version, outcome.problem, outcome.keeping, outcome.files];
    case 'watch-shrunk':
      return [...version, outcome.how];
  }
}

/** The fields of the record, and the values that the sentences of the table name. */
export function watchFields(outcome: WatchOutcome): {
  readonly fields: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, string>>;
} {
  const { inputs, reason, fix = '' } = detailsOf(outcome);
  const fields = {
    instance: outcome.instance ?? '',
    reason,
    fix,
    object_key: displayText(outcome.object.key, KEY_SHOWN),
    object_etag: outcome.object.etag,
    rule_inputs: safeJson(inputs),
  };
  const spoken = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  return { fields, named: { ...spoken, ...fields } };
}

interface Details {
  readonly reason: string;
  readonly inputs: Readonly<Record<string, string | number>>;
  readonly fix?: string;
}

function detailsOf(outcome: WatchOutcome): Details {
  switch (outcome.kind) {
    case 'watch-changed': {
      const { after, bad, before, change, encoding } = outcome;
      return { reason: change, inputs: { ...countsOf(before, after), bad, encoding } };
    }
    case 'watch-line-bad': {
      const { bad, lines } = outcome;
      const [worst] = bad.codes;
      return {
        reason: bad.codes.map(({ code }) => code).join(','),
        inputs: { lines, ...badInputs(bad), ...(worst === undefined ? {} : { fix_zh: fixOf(worst.code).zh }) },
        ...(worst === undefined ? {} : { fix: fixOf(worst.code).en }),
      };
    }
    case 'watch-refused': {
      const { bad, files, keeping, problem, shown } = outcome;
      const { fix, what } = WATCH_FILE_PROBLEMS[problem];
      return {
        reason: problem,
        inputs: {
          what: what.en,
          what_zh: what.zh,
          keeping,
          keeping_zh: KEEPING[keeping],
          files,
          shown,
          ...badInputs(bad),
          fix_zh: fix.zh,
        },
        fix: fix.en,
      };
    }
    case 'watch-shrunk':
      return { reason: outcome.how, inputs: countsOf(outcome.before, outcome.after) };
  }
}

const KEEPING = { 'last-good-version': '最后一个可用版本', nothing: '无' } as const;

function fixOf(code: keyof typeof WATCH_LINE_PROBLEMS): WatchProblemFacts['fix'] {
  return WATCH_LINE_PROBLEMS[code].fix;
}

function countsOf(before: WatchCounts, after: WatchCounts): Details['inputs'] {
  return {
    lines: after.lines,
    lines_before: before.lines,
    devices: after.named,
    devices_before: before.named,
    whole_cas: after.stars,
    whole_cas_before: before.stars,
  };
}

/** How many lines of each sort, and the first ones: `line 7: digits-only (12345); …`. */
function badInputs(bad: BadLines): Details['inputs'] {
  return {
    bad: bad.count,
    codes: bad.codes.map(({ code, count }) => `${code} ${String(count)}`).join(', '),
    first: bad.first
      .map(({ code, line, shown }) => `line ${String(line)}: ${code}${shown === '' ? '' : ` (${shown})`}`)
      .join('; '),
  };
}
