import { type DisplayText, displayText } from './display-text.ts';
import {
  PAIR_PROBLEMS,
  type PairHalf,
  type PairProblemCode,
  type PairProblemFacts,
  type ProblemSeverity,
  type ProblemWording,
} from './pair-check-table.ts';
import { maskCodes } from './registration-code.ts';

/** One thing wrong with a drop, found in one of its files. Safe to log, file and tell. */
export interface PairProblem {
  readonly code: PairProblemCode;
  readonly severity: ProblemSeverity;
  /** The file's name as people may see it; empty when no file has the problem. */
  readonly file: DisplayText;
  /** What was found there, in no particular language: `RSA 1024`, `CA:FALSE`, a date. Never a registration code. */
  readonly found: DisplayText;
  /** The certificate that has the problem, where both can have it. */
  readonly half?: PairHalf;
}

/** A problem in one language. */
export interface ProblemDescription extends ProblemWording {
  readonly file: DisplayText;
  readonly found: DisplayText;
  /** The OpenSSL line that mends or shows it; file names in it are examples. */
  readonly command: string;
}

/** Makes a problem; its severity is the table's. `fileName` and `found` may be raw. */
export function problem(code: PairProblemCode, fileName: string, found: string): PairProblem {
  return { code, severity: PAIR_PROBLEMS[code].severity, file: shown(fileName), found: shown(found) };
}

/** A problem that either certificate can have; the command that mends it depends on which has it. */
export function problemOfHalf(code: PairProblemCode, half: PairHalf, fileName: string, found: string): PairProblem {
  return { ...problem(code, fileName, found), half };
}

/** True when at least one problem forbids asking the service. */
export function isBlocking(problems: readonly PairProblem[]): boolean {
  return problems.some(({ severity }) => severity === 'block');
}

/** What a person is told about a problem, in Chinese or English. */
export function describeProblem(found: PairProblem, language: 'zh' | 'en'): ProblemDescription {
  const { command, [language]: wording }: PairProblemFacts = PAIR_PROBLEMS[found.code];
  return {
    file: found.file,
    found: found.found,
    ...wording,
    command: typeof command === 'string' ? command : command[found.half ?? 'ca'],
  };
}

/** Files are sometimes named after the code, and a subject printed in full contains it. */
function shown(raw: string): DisplayText {
  return displayText(maskCodes(raw));
}
