import type { Bilingual } from '../openapi-code.ts';
import type { OutcomeRecord } from '../outcome-record.ts';
import { OUTCOME_KINDS, type OutcomeKind, type OutcomeKindFacts } from '../outcome-table.ts';
import { headlineOf } from './headline-table.ts';
import { withLocalTimes } from './local-time.ts';
import { plainLine } from './plain-line.ts';
import { fillWhole, sentenceValues } from './record-values.ts';

/** The facts of a kind that a record names; `undefined` for a kind of a newer version. */
export function knownKind(name: string): OutcomeKind | undefined {
  return Object.hasOwn(OUTCOME_KINDS, name) ? (name as OutcomeKind) : undefined;
}

/** What a record says in the place of an owner that nobody wrote down, in Chinese. */
const NO_OWNER: ReadonlyMap<string, string> = new Map([
  ['not stated', '未写明'],
  ['not readable', '无法读取'],
]);

/**
 * What a record says, in both languages: the sentence of the table with the record's values. Where a value is missing the
 * headline of its kind stands instead, so nobody reads a sentence with holes.
 */
export function sentenceOf(record: OutcomeRecord, kind: OutcomeKind, timeZone: string): Bilingual {
  const facts: OutcomeKindFacts = OUTCOME_KINDS[kind];
  const values = sentenceValues(record);
  const line = (text: string): string => plainLine(withLocalTimes(text, timeZone));
  const owner = NO_OWNER.get(values['owner'] ?? '');
  return {
    zh: line(fillWhole(facts.zh, owner === undefined ? values : { ...values, owner }) ?? headlineSentence(kind).zh),
    // Filled when it was recorded, with what only the code that decided knew.
    en: line(record.detail ?? fillWhole(facts.en, values) ?? headlineSentence(kind).en),
  };
}

/** The headline of a kind as a sentence. */
export function headlineSentence(kind: OutcomeKind): Bilingual {
  const { en, zh } = headlineOf(kind);
  return { zh: `${zh}。`, en: `${en}.` };
}
