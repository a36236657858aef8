import { isToldLate, markOf } from './compose-message.ts';
import type { ComposeOptions } from './compose-options.ts';
import { isNews, markOfAll, totalsOf } from './digest-totals.ts';
import { localTime } from './local-time.ts';
import { aboutOf, type Message, type MessagePart } from './message.ts';
import type { Mark } from './message-words.ts';
import type { Problem, UnnamedProblems } from './problem.ts';
import { factsPart } from './problem-subject.ts';
import { titleOf } from './title.ts';

/** A reduced message names so many problems. */
const PROBLEMS_MAX = 5;

/**
 * The same problems without any text that somebody chose: severity, kinds, instances, counts, times and ids. For channels
 * that found a message's text unsuitable.
 *
 * @param problems - At least one.
 * @param rest - Further problems that the message tells and that are only counted.
 */
export function reducedMessage(problems: readonly Problem[], rest: UnnamedProblems, options: ComposeOptions): Message {
  const [first] = problems;
  if (first === undefined) throw new RangeError('a message tells at least one problem');
  const totals = totalsOf(problems, rest);
  const isLate = problems.some((problem) => isToldLate(problem, options.now));
  const mark: Mark = totals.problems === 1 ? markOf(first) : markOfAll(first.severity, totals);
  const text = totals.problems === 1 ? first.kind : `${first.kind} …`;
  return {
    severity: first.severity,
    title: titleOf(options, {
      marks: isLate ? ['late', mark] : [mark],
      text: { zh: text, en: text },
      count: totals.events,
    }),
    parts: [
      ...problems.slice(0, PROBLEMS_MAX).flatMap((problem) => factsOf(problem, options)),
      ...factsPart(options.language, [
        [isNews(first.severity) ? 'items' : 'problems', String(totals.problems)],
        ['over', totals.ended === 0 ? undefined : String(totals.ended)],
        ['events', String(totals.events)],
      ]),
    ],
    about: aboutOf(problems, rest),
  };
}

function factsOf(problem: Problem, { language, timeZone }: ComposeOptions): readonly MessagePart[] {
  const { causeId, count, kind, lastAt, phase, samples } = problem;
  return factsPart(language, [
    ['kind', kind],
    ['instance', samples[0]?.instance],
    [phase === 'ended' ? 'ended' : 'time', localTime(lastAt, timeZone)],
    ['events', String(count)],
    ['cause', causeId],
    ['event', samples.map((record) => record.event_id).join(', ')],
  ]);
}
