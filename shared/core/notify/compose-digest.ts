import { SEVERITIES } from '../alert-key.ts';
import type { Severity } from '../outcome-table.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { isToldLate, markOf } from './compose-message.ts';
import type { ComposeOptions } from './compose-options.ts';
import { headlineOf } from './headline-table.ts';
import { localTime } from './local-time.ts';
import { aboutOf, type Message } from './message.ts';
import { inBoth, inOne, MARKS, type Mark, paragraphs } from './message-words.ts';
import type { Problem } from './problem.ts';
import { knownKind } from './problem-sentence.ts';
import { factsPart, subjectLine } from './problem-subject.ts';
import { shownProblem } from './shown-problem.ts';
import { titleOf } from './title.ts';
import { logCommand } from './where-to-look.ts';

/** So many problems have a line of their own. */
const LINES_MAX = 10;

/** Problems that are told in a digest without being in its hands: only counted. */
export interface UnnamedProblems {
  readonly problems: number;
  readonly events: number;
}

/**
 * Many problems of one severity in one message: the ten with the most events in a line each, the others counted.
 *
 * @param rest - Further problems that the digest tells and that are only counted.
 */
export function composeDigest(
  severity: Severity,
  problems: readonly Problem[],
  rest: UnnamedProblems,
  options: ComposeOptions,
): Message {
  const { language, logProject, logStore, now } = options;
  const sorted = [...problems].sort(byWeight);
  const lines = sorted.slice(0, LINES_MAX);
  const about = aboutOf(sorted, rest);
  const hidden = {
    problems: about.problemCount - lines.length,
    events: about.eventCount - lines.reduce((sum, { count }) => sum + count, 0),
  };
  const isLate = problems.some((problem) => isToldLate(problem, now));
  const marks: readonly Mark[] = isLate ? ['late', severity] : [severity];
  const query = `severity: ${severity}`;
  return {
    severity,
    title: titleOf(options, { marks, text: totals(about.problemCount, about.eventCount) }),
    parts: [
      ...paragraphs(language, totals(about.problemCount, about.eventCount, '。', '.')),
      { kind: 'list', items: lines.map((problem) => lineOf(problem, options)) },
      ...(hidden.problems > 0 ? paragraphs(language, unnamedWords(hidden)) : []),
      ...factsPart(language, [
        ['log', `${logProject}/${logStore}`],
        ['query', query],
      ]),
      { kind: 'command', text: logCommand({ severity }, { from: earliest(problems, now), now }) },
    ],
    about,
  };
}

function byWeight(a: Problem, b: Problem): number {
  const worse = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return worse !== 0 ? worse : b.count - a.count;
}

function totals(
  problems: number,
  events: number,
  endZh = '',
  endEn = '',
): { readonly zh: string; readonly en: string } {
  return {
    zh: `${problems} 个问题，共 ${events} 起事件${endZh}`,
    en: `${problems} problem${problems === 1 ? '' : 's'} with ${events} event${events === 1 ? '' : 's'}${endEn}`,
  };
}

function unnamedWords({ events, problems }: UnnamedProblems): { readonly zh: string; readonly en: string } {
  return {
    zh: `另有 ${problems} 个问题，共 ${events} 起事件，见日志库。`,
    en: `And ${problems} more problem${problems === 1 ? '' : 's'} with ${events} event${events === 1 ? '' : 's'}; see the log store.`,
  };
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
