import { MISPLACED } from '../misplaced-table.ts';
import { type Bilingual, codeFactsOf } from '../openapi-code.ts';
import type { OutcomeRecord } from '../outcome-record.ts';
import { PAIR_PROBLEMS, type PairProblemCode, type PairProblemFacts } from '../pair-check-table.ts';

/** What a code of a record means and what to do about it. */
export interface Explanation {
  readonly means: Bilingual;
  readonly toDo: Bilingual;
}

/** So many reasons of one drop are explained; its `reason.txt` has them all. */
const EXPLAINED_MAX = 3;

/** Explains the codes that decided: our own about a drop's files, or the service's. */
export function explain(record: Readonly<Partial<OutcomeRecord>>): readonly Explanation[] {
  const reasons = (record.reason ?? '').split(',').flatMap((code) => explainReason(code.trim()));
  const all = reasons.length > 0 ? reasons : explainService(record.api_code ?? '');
  return all.slice(0, EXPLAINED_MAX);
}

function explainReason(code: string): readonly Explanation[] {
  if (Object.hasOwn(PAIR_PROBLEMS, code)) {
    const { en, zh }: PairProblemFacts = PAIR_PROBLEMS[code as PairProblemCode];
    const needed = {
      zh: zh.needed === undefined ? '' : `要求：${zh.needed}。`,
      en: en.needed === undefined ? '' : ` Needed: ${en.needed}.`,
    };
    return [
      {
        means: { zh: `${zh.wrong}。${needed.zh}`, en: `${en.wrong}.${needed.en}` },
        toDo: { zh: `${zh.fix}。`, en: `${en.fix}.` },
      },
    ];
  }
  if (Object.hasOwn(MISPLACED, code)) {
    const { fix, what } = MISPLACED[code as keyof typeof MISPLACED];
    return [{ means: what, toDo: fix }];
  }
  return explainService(code);
}

function explainService(code: string): readonly Explanation[] {
  const facts = codeFactsOf(code);
  if (facts === undefined) return [];
  const { meaning, whatToDo } = facts;
  return [{ means: { zh: `${code}：${meaning.zh}`, en: `${code}: ${meaning.en}` }, toDo: whatToDo }];
}
