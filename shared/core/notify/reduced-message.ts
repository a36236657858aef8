import { isToldLate, markOf } from './compose-message.ts';
import type { ComposeOptions } from './compose-options.ts';
import { localTime } from './local-time.ts';
import { aboutOf, type Message, type MessagePart } from './message.ts';
import type { Mark } from './message-words.ts';
import type { Problem } from './problem.ts';
import { factsPart } from './problem-subject.ts';
import { titleOf } from './title.ts';

/** A reduced message names so many problems. */
const PROBLEMS_MAX = 5;

/**
 * The same problems without any text that somebody chose: severity, kinds, instances, counts, times and ids. For channels
 * that found a message's text unsuitable.
 *
 * @param problems - At least one.
 */
export function reducedMessage(problems: readonly Problem[], options: ComposeOptions): Message {
  const [first] = problems;
  if (first === undefined) throw new RangeError('a message tells at least one problem');
  const about = aboutOf(problems);
  const isLate = problems.some((problem) => isToldLate(problem, options.now));
  const mark: Mark = problems.length === 1 ? markOf(first) : first.severity;
  const text = problems.length === 1 ? first.kind : `${first.kind} …`;
  return {
    severity: first.severity,
    title: titleOf(options, {
      marks: isLate ? ['late', mark] : [mark],
      text: { zh: text, en: text },
      count: about.eventCount,
    }),
    parts: [
      ...problems.slice(0, PROBLEMS_MAX).flatMap((problem) => factsOf(problem, options)),
      ...factsPart(options.language, [
        ['problems', String(about.problemCount)],
        ['events', String(about.eventCount)],
      ]),
    ],
    about,
  };
}

function factsOf(problem: Problem, { language, timeZone }: ComposeOptions): readonly MessagePart[] {
  const { causeId, count, kind, lastAt, samples } = problem;
  return factsPart(language, [
    ['kind', kind],
    ['instance', samples[0]?.instance],
    ['time', localTime(lastAt, timeZone)],
    ['events', String(count)],
    ['cause', causeId],
    ['event', samples.map((record) => record.event_id).join(', ')],
  ]);
}
