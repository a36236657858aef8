import type { Bilingual } from '../openapi-code.ts';
import type { OutcomeRecord } from '../outcome-record.ts';
import { OUTCOME_KINDS, type OutcomeKind, type OutcomeKindFacts, withoutCommandMarks } from '../outcome-table.ts';
import type { ComposeOptions } from './compose-options.ts';
import { type Explanation, explain } from './explain.ts';
import { fixSteps } from './fix-steps.ts';
import { headlineOf } from './headline-table.ts';
import { withLocalTimes } from './local-time.ts';
import type { MessagePart } from './message.ts';
import { paragraphs } from './message-words.ts';
import { plainLine } from './plain-line.ts';
import type { Problem } from './problem.ts';
import { headlineSentence, sentenceOf } from './problem-sentence.ts';
import { factsPart, subjectLine } from './problem-subject.ts';
import { fillWhole, sentenceValues } from './record-values.ts';
import { documentOf, logCommand, queryFor } from './where-to-look.ts';

/** The sentence of the newest record and what its codes mean; without a record, what the kind alone says. */
export function whatHappened(
  problem: Problem,
  newest: OutcomeRecord | undefined,
  { language, timeZone }: ComposeOptions,
): readonly MessagePart[] {
  const phase = paragraphs(language, phaseWords(problem));
  if (newest === undefined) {
    return [...phase, ...paragraphs(language, headlineSentence(problem.kind)), ...paragraphs(language, NO_RECORD)];
  }
  // How the record of a condition read while it lasted says nothing about its end.
  const isOfTheCondition = newest.kind === problem.kind;
  if (problem.phase === 'ended' && isOfTheCondition) return phase;
  const said = sentenceOf(newest, problem.phase === 'ended' ? (newest.kind as OutcomeKind) : problem.kind, timeZone);
  const means = problem.phase === 'ended' ? [] : explain(newest).map((one) => notRepeated(one.means, said));
  return [
    ...phase,
    ...paragraphs(language, said),
    ...(language === 'zh' && hasEnglishDetail(newest) ? paragraphs('en', said) : []),
    ...means.flatMap((one) => paragraphs(language, cleaned(one))),
  ];
}

/** The English sentence often says already what a code means. */
function notRepeated({ en, zh }: Bilingual, said: Bilingual): Bilingual {
  return { zh: said.zh.includes(zh) ? '' : zh, en: said.en.includes(en) ? '' : en };
}

/** What only the code that decided knew is said in English alone: names of settings, files, errors. */
function hasEnglishDetail({ kind }: OutcomeRecord): boolean {
  const facts: OutcomeKindFacts = OUTCOME_KINDS[kind as OutcomeKind];
  return facts.en.includes('{detail}');
}

const NO_RECORD: Bilingual = {
  zh: '明细暂时无法读取，请按下面的查询在日志库中查看。',
  en: 'The details could not be read; the query below finds them in the log store.',
};

function phaseWords({ kind, phase }: Problem): Bilingual {
  const { en, zh } = headlineOf(kind);
  switch (phase) {
    case 'new':
      return { zh: '', en: '' };
    case 'again':
      return { zh: '之前已通知过，又有新的事件：', en: 'Told before, and it has happened again:' };
    case 'standing':
      return { zh: '问题仍未解决，每天提醒一次：', en: 'Not over yet; repeated once a day:' };
    case 'ended':
      return { zh: `已恢复：${zh}。`, en: `It is over: ${en}.` };
  }
}

/** How many events there are besides the newest, and whom the others of the sample are about. */
export function howManyMore(
  { count, phase }: Problem,
  newest: OutcomeRecord | undefined,
  others: readonly OutcomeRecord[],
  { language }: ComposeOptions,
): readonly MessagePart[] {
  const more = count - 1;
  if (more < 1 || phase === 'ended') return [];
  const known = newest === undefined ? '' : subjectLine(newest);
  const items = [...new Set(others.map(subjectLine))].filter((line) => line !== '' && line !== known);
  const named = items.length === 0 ? { zh: '。', en: '.' } : { zh: '，其中：', en: ', among them:' };
  return [
    ...paragraphs(language, {
      zh: `同一原因另有 ${more} 起${named.zh}`,
      en: `And ${more} more of the same cause${named.en}`,
    }),
    ...(items.length === 0 ? [] : [{ kind: 'list' as const, items }]),
  ];
}

/** What to do next: for the codes at hand, then what the table says, each command on a line of its own. */
export function whatToDo(
  kind: OutcomeKind,
  newest: OutcomeRecord | undefined,
  { language, timeZone }: ComposeOptions,
): readonly MessagePart[] {
  const facts: OutcomeKindFacts = OUTCOME_KINDS[kind];
  const values = newest === undefined ? {} : sentenceValues(newest);
  const steps = fixSteps({ zh: facts.fixZh, en: facts.fixEn }, values);
  const local = (text: Bilingual): Bilingual =>
    cleaned({ zh: withLocalTimes(text.zh, timeZone), en: withLocalTimes(text.en, timeZone) });
  return [
    ...adviceOf(facts, newest, values).flatMap((advice) => paragraphs(language, local(advice))),
    ...steps.flatMap((step): readonly MessagePart[] => [
      ...paragraphs(language, local(step)),
      ...(step.command === undefined ? [] : [{ kind: 'command' as const, text: step.command }]),
    ]),
  ];
}

/** What goes before the steps of the table: the advice for each code, or the one that came with the record. */
function adviceOf(
  facts: OutcomeKindFacts,
  newest: OutcomeRecord | undefined,
  values: Readonly<Record<string, string>>,
): readonly Bilingual[] {
  if (newest === undefined) return [];
  const explained = explain(newest).flatMap(({ toDo }: Explanation) => (toDo === undefined ? [] : [toDo]));
  if (explained.length > 0) return uniqueBy(explained);
  const ownFix = newest.fix ?? '';
  const ofTheTable = withoutCommandMarks(fillWhole(facts.fixEn, values) ?? ownFix);
  const isOfTheTable = ofTheTable.startsWith(ownFix.replace(/…$/, '')); // a long one was cut
  return isOfTheTable ? [] : [{ zh: values['fix_zh'] ?? '', en: ownFix }];
}

function uniqueBy(texts: readonly Bilingual[]): readonly Bilingual[] {
  return [...new Map(texts.map((text) => [text.en, text])).values()];
}

/** Where more is to be found: the object with all that is to say about a drop, and the records in the log store. */
export function whereToLook(
  { firstAt, kind, phase }: Problem,
  newest: OutcomeRecord | undefined,
  { language, logProject, logStore, now }: ComposeOptions,
): readonly MessagePart[] {
  const shown = phase === 'ended' ? (newest?.kind ?? kind) : kind;
  const query = queryFor(shown, newest);
  return [
    ...factsPart(language, [
      ['document', newest === undefined ? undefined : documentOf(newest)],
      ['log', `${logProject}/${logStore}`],
      ['query', query],
    ]),
    { kind: 'command', text: logCommand({ kind: shown, record: newest }, { from: firstAt, now }) },
  ];
}

function cleaned({ en, zh }: Bilingual): Bilingual {
  return { zh: plainLine(zh), en: plainLine(en) };
}
