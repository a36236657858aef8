import { sha256Hex } from './digest.ts';
import type { Located } from './find-pair.ts';
import { type PairProblem, problem } from './pair-problem.ts';
import { isCodeShaped, maskedCommonName } from './registration-code.ts';

/** Blanks, controls, zero-width and other invisible characters at either end. */
const PADDING = /^[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]|[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]$/u;

/** Is there exactly one common name, with nothing around it? */
export function commonName({ facts, fileName }: Located): readonly PairProblem[] {
  const [name, ...more] = facts.commonNames;
  if (name === undefined || (name === '' && more.length === 0)) {
    return [problem('common-name-missing', fileName, 'common name: none')];
  }
  if (more.length > 0) return [problem('common-name-several', fileName, `common names: ${more.length + 1}`)];
  return PADDING.test(name) ? [problem('common-name-padded', fileName, maskedCommonName(name))] : [];
}

/** Does the one common name look like a registration code, and like one handed out for this drop? */
export function commonNameWarnings(
  { facts, fileName }: Located,
  handedOutCodeHashes: readonly string[],
): readonly PairProblem[] {
  const [name, ...more] = facts.commonNames;
  if (name === undefined || more.length > 0) return [];
  const problems: PairProblem[] = [];
  if (!isCodeShaped(name)) problems.push(problem('common-name-not-code', fileName, maskedCommonName(name)));
  if (handedOutCodeHashes.length > 0 && !handedOutCodeHashes.includes(sha256Hex(name))) {
    problems.push(problem('code-not-handed-out', fileName, maskedCommonName(name)));
  }
  return problems;
}
