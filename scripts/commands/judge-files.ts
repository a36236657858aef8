import { checkCompleteness, checkFiles } from '../../shared/core/drop-checks.ts';
import { type DropFile, readDropFile } from '../../shared/core/drop-file.ts';
import { findPair, type PairFinding } from '../../shared/core/find-pair.ts';
import { checkPair } from '../../shared/core/pair-checks.ts';
import { isBlocking, type PairProblem } from '../../shared/core/pair-problem.ts';
import type { EpochMs } from '../../shared/core/time.ts';

/** What the pipeline's own checks say about some files, without a bucket and without the service. */
export interface Judgement {
  readonly isBlocked: boolean;
  readonly problems: readonly PairProblem[];
  readonly finding: PairFinding;
  /** A private key is among the files; its CA is to be treated as compromised once it was in a bucket. */
  readonly holdsPrivateKey: boolean;
}

/**
 * Judges files as the pipeline would once its deadline for a missing half has passed.
 *
 * @param context.handedOutCodeHashes - SHA-256 (lower-case hex) of the codes the pair may have been made for.
 */
export function judgeFiles(
  files: readonly DropFile[],
  context: { readonly now: EpochMs; readonly handedOutCodeHashes: readonly string[] },
): Judgement {
  const contents = files.map(readDropFile);
  const finding = findPair(contents);
  const problems = [
    ...checkFiles(contents, finding),
    ...checkCompleteness(contents, finding),
    ...(finding.kind === 'pair' ? checkPair(finding, context) : []),
  ];
  return {
    isBlocked: isBlocking(problems),
    problems,
    finding,
    holdsPrivateKey: contents.some((content) => content.privateKey !== undefined),
  };
}
