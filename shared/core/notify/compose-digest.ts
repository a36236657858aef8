import { SEVERITIES } from '../alert-key.ts';
import type { Severity } from '../outcome-table.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { isToldLate, markOf } from './compose-message.ts';
import type { ComposeOptions } from './compose-options.ts';
import { markOfAll, totalsOf, totalsWords, unnamedWords } from './digest-totals.ts';
import { headlineOf } from './headline-table.ts';
import { localTime } from './local-time.ts';
import { aboutOf, type Message } from './message.ts';
import { inBoth, inOne, MARKS, paragraphs } from './message-words.ts';
import type { Problem, UnnamedProblems } from './problem.ts';
import { knownKind } from './problem-sentence.ts';
import { factsPart, subjectLine } from './problem-subject.ts';
import { shownProblem } from './shown-problem.ts';
import { titleOf } from './title.ts';
import { logCommand } from './where-to-look.ts';

/** So many problems have a line of their own. */
const LINES_MAX = 10;

/**
 * Many problems of one severity in one message: the first ten in a line each, the others counted.
 *
 * @param problems - What people should read first comes first.
 * @param rest - Further problems that the digest tells and that are only counted.
 */
export function composeDigest(
  severity: Severity,
  problems: readonly Problem[],
  rest: UnnamedProblems,
  options: ComposeOptions,
): Message {
  const { language, logProject, logStore, now } = options;
  const sorted = [...problems].sort(worstFirst);
  const lines = sorted.slice(0, LINES_MAX);
  const hidden = totalsOf(sorted.slice(LINES_MAX), rest);
  const totals = totalsOf(sorted, rest);
  const said = totalsWords(severity, totals);
  const isLate = problems.some((problem) => isToldLate(problem, now));
  const mark = markOfAll(severity, totals);
  const query = `severity: ${severity}`;
  return {
    severity,
    title: titleOf(options, { marks: isLate ? ['late', mark] : [mark], text: said }),
    parts: [
      ...paragraphs(language, { zh: `${said.zh}。`, en: `${said.en}.` }),
      { kind: 'list', items: lines.map((problem) => lineOf(problem, options)) },
      ...(hidden.problems > 0 ? paragraphs(language, unnamedWords(severity, hidden)) : []),
      ...factsPart(language, [
        ['log', `${logProject}/${logStore}`],
        ['query', query],
      ]),
      { kind: 'command', text: logCommand({ severity }, { from: earliest(problems, now), now }) },
    ],
    about: aboutOf(sorted, rest),
  };
}

/** What is over comes last; otherwise in the order they came in. */
function worstFirst(a: Problem, b: Problem): number {
  const worse = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (worse !== 0) return worse;
  return Number(a.phase === 'ended') - Number(b.phase === 'ended');
}

/** `【恢复】CA inactive · post-cn-… / 5f01 ×3 · 2026-01-02 09:30:00 +08:00` */
function lineOf(problem: Problem, { language, timeZone }: ComposeOptions): string {
  const shown = shownProblem(problem);
  const newest = shown.samples.find((record) => knownKind(record.kind) !== undefined);
  const mark = markOf(problem);
  const isOwnMark = mark === 'ended' || mark === 'test';
  const parts = [
    `${isOwnMark ? inOne(language, MARKS[mark]) : ''}${inBoth(language, headlineOf(shown.kind))}`,
    newest === undefined ? problem.causeId : subjectLine(newest),
    problem.count > 1 ? `×${problem.count}` : '',
    localTime(problem.lastAt, timeZone),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function earliest(problems: readonly Problem[], now: EpochMs): EpochMs {
  return epochMs(problems.reduce<number>((first, { firstAt }) => Math.min(first, firstAt), now));
}
