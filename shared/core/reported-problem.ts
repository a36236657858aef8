import { type DisplayText, displayText } from './display-text.ts';
import type { MisplacedReason } from './drop-source.ts';
import { MISPLACED } from './misplaced-table.ts';
import { type Bilingual, codeFactsOf } from './openapi-code.ts';
import { describeProblem, type PairProblem } from './pair-problem.ts';

/** One thing that is wrong with a drop, ready to be read: file and finding are safe text already. */
export interface ReportedProblem {
  /** Stable; the same code stands in the log record's `reason`. */
  readonly code: string;
  readonly blocks: boolean;
  readonly file: DisplayText | undefined;
  /** What was found there, where that says more than the sentence. */
  readonly found: string;
  readonly what: Bilingual;
  /** What is needed instead, where that is not plain from what is wrong. */
  readonly needed?: Bilingual;
  readonly fix: Bilingual;
  /** A command line that mends or shows it. */
  readonly command: string | undefined;
}

/** A problem that our own checks found. */
export function checkedProblem(problem: PairProblem): ReportedProblem {
  const zh = describeProblem(problem, 'zh');
  const en = describeProblem(problem, 'en');
  return {
    code: problem.code,
    blocks: problem.severity === 'block',
    file: problem.file === '' ? undefined : problem.file,
    found: problem.found,
    what: { zh: `${zh.wrong}。`, en: `${en.wrong}.` },
    ...(zh.needed === undefined || en.needed === undefined ? {} : { needed: { zh: zh.needed, en: en.needed } }),
    fix: { zh: `${zh.fix}。`, en: `${en.fix}.` },
    command: en.command,
  };
}

/** A refusal of the service, explained by its code. */
export function serviceProblem(code: string): ReportedProblem {
  const facts = codeFactsOf(code);
  return {
    code,
    blocks: true,
    file: undefined,
    found: '',
    what: facts?.meaning ?? {
      zh: `服务拒绝了注册，错误码 ${code} 未收录。`,
      en: `The service refused with the code ${code}, which is not known here.`,
    },
    fix: facts?.whatToDo ?? { zh: '请向云产品支持查询该错误码。', en: 'Ask the cloud support about this code.' },
    command: undefined,
  };
}

/** A file in the wrong place. */
export function misplacedProblem(reason: MisplacedReason, key: string): ReportedProblem {
  const { fix, what } = MISPLACED[reason];
  return {
    code: reason,
    blocks: true,
    file: displayText(key, 200),
    found: '',
    what,
    fix,
    command: undefined,
  };
}
