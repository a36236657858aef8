import type { Bilingual } from '../openapi-code.ts';
import type { Severity } from '../outcome-table.ts';
import { type EpochMs, minutes } from '../time.ts';
import type { ComposeOptions } from './compose-options.ts';
import { headlineOf } from './headline-table.ts';
import { localTime } from './local-time.ts';
import { aboutOf, type Message } from './message.ts';
import { type Mark, paragraphs } from './message-words.ts';
import { plainLine } from './plain-line.ts';
import type { Problem } from './problem.ts';
import { howManyMore, whatHappened, whatToDo, whereToLook } from './problem-parts.ts';
import { knownKind } from './problem-sentence.ts';
import { factsPart, sinceOf, subjectFacts, subjectLine, timeOf } from './problem-subject.ts';
import { shownProblem } from './shown-problem.ts';
import { titleOf } from './title.ts';

/** What is told later than this after it happened is marked as late. */
const LATE_AFTER = minutes(10);

/** One problem in a message of its own: what happened, to what, since when, how many more, what to do, where to look. */
export function composeProblem(problem: Problem, options: ComposeOptions): Message {
  const { language, timeZone } = options;
  const shown = shownProblem(problem);
  const [newest, ...others] = shown.samples.filter((record) => knownKind(record.kind) !== undefined);
  const isLate = isToldLate(problem, options.now);
  const isTest = shown !== problem;
  const own: readonly Mark[] = isTest ? [markOf(problem), problem.severity] : [markOf(problem)];
  const marks: readonly Mark[] = isLate ? ['late', ...own] : own;
  const subject = newest === undefined ? '' : subjectLine(newest);
  return {
    severity: problem.severity,
    title: titleOf(options, { marks, text: headlineOf(shown.kind), subject, count: problem.count }),
    parts: [
      ...(isLate ? paragraphs(language, lateWords(problem, timeZone)) : []),
      ...(isTest ? paragraphs(language, testWords(problem)) : []),
      ...whatHappened(shown, newest, options),
      ...factsPart(language, [
        problem.phase === 'ended'
          ? ['ended', localTime(problem.lastAt, timeZone)]
          : ['time', timeOf(problem, timeZone)],
        ['since', sinceOf(problem, timeZone)],
        ['events', problem.count > 1 ? String(problem.count) : undefined],
        ...(newest === undefined ? [] : subjectFacts(newest)),
      ]),
      ...howManyMore(shown, newest, others, options),
      ...(problem.phase === 'ended' ? [] : whatToDo(shown.kind, newest, options)),
      ...whereToLook(problem, isTest ? undefined : newest, options),
    ],
    about: aboutOf([problem]),
  };
}

/** Something about the telling itself, such as why a message comes through another channel. */
export function composeNote(
  note: { readonly severity: Severity; readonly title: Bilingual; readonly text: Bilingual },
  options: ComposeOptions,
): Message {
  return {
    severity: note.severity,
    title: titleOf(options, { marks: [note.severity], text: note.title }),
    parts: paragraphs(options.language, { zh: plainLine(note.text.zh), en: plainLine(note.text.en) }),
    about: aboutOf([]),
  };
}

/** The mark of a title: how bad it is, or that it is over, or only a test. */
export function markOf({ kind, phase, severity }: Problem): Mark {
  if (kind === 'test-alert') return 'test';
  return phase === 'ended' ? 'ended' : severity;
}

/**
 * Whether people hear of it more than ten minutes after it happened. What was told before is late when its newest event
 * is; a mere repetition never is.
 */
export function isToldLate({ count, firstAt, lastAt, phase }: Problem, now: EpochMs): boolean {
  if (count === 0) return false;
  return now - (phase === 'new' ? firstAt : lastAt) > LATE_AFTER;
}

function testWords({ samples }: Problem): Bilingual {
  const by = plainLine(samples[0]?.actor ?? '');
  return {
    zh: `这是一条测试消息（由 ${by} 发出），以下内容并未发生。`,
    en: `This is a test, asked for by ${by}: nothing of what follows has happened.`,
  };
}

function lateWords(problem: Problem, timeZone: string): Bilingual {
  const at = localTime(problem.phase === 'new' ? problem.firstAt : problem.lastAt, timeZone);
  return { zh: `这条消息补发：事情发生在 ${at}。`, en: `Told late: it happened at ${at}.` };
}
