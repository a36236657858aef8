import { MISPLACED } from '../misplaced-table.ts';
import { type Bilingual, codeFactsOf } from '../openapi-code.ts';
import type { OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind } from '../outcome-table.ts';
import { PAIR_PROBLEMS, type PairProblemCode, type PairProblemFacts } from '../pair-check-table.ts';
import { reasonWords } from './reason-words.ts';

/** What a code of a record means and what to do about it. */
export interface Explanation {
  readonly means: Bilingual;
  /** Left out where the table of kinds says it. */
  readonly toDo?: Bilingual;
}

/** So many reasons of one drop are explained; its `reason.txt` has them all. */
const EXPLAINED_MAX = 3;

/** Explains the codes that decided: our own about a drop's files or a kind's reasons, or the service's. */
export function explain(record: Readonly<Partial<OutcomeRecord>>): readonly Explanation[] {
  const { api_code: code = '', kind = '', reason = '' } = record;
  const words = reasonWords(kind, reason);
  const ofKind = words === undefined ? [] : [{ means: words }];
  const ofFiles = ABOUT_FILES.has(kind) ? reason.split(',').flatMap((one) => explainReason(one.trim())) : [];
  const ours = [...ofKind, ...ofFiles];
  const ofService = REFUSED_BY_SERVICE.has(kind) ? explainService(code) : [];
  return (ours.length > 0 ? ours : ofService).slice(0, EXPLAINED_MAX);
}

/** Kinds whose reasons are codes of the checks, of misplaced files, or of the service. */
const ABOUT_FILES: ReadonlySet<string> = new Set<OutcomeKind>([
  'ca-registered',
  'pair-rejected',
  'drop-quarantined',
  'drop-misplaced',
]);

/** Kinds whose code is the MQTT service's word for why; elsewhere a code is another service's, or no refusal. */
const REFUSED_BY_SERVICE: ReadonlySet<string> = new Set<OutcomeKind>([
  'pair-rejected',
  'registration-blocked',
  'registration-postponed',
  'reactivation-failed',
  'instance-blocked',
  'list-refused',
]);

/** Reasons that name the format of a private key that was found. */
const FOUND_KEY = 'private-key-';

function explainReason(code: string): readonly Explanation[] {
  if (code.startsWith(FOUND_KEY) && !Object.hasOwn(PAIR_PROBLEMS, code)) {
    const { en, zh } = PAIR_PROBLEMS['private-key-present'];
    return [{ means: { zh: `${zh.wrong}。`, en: `${en.wrong}.` } }]; // the table of kinds says what to do
  }
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
