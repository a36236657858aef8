import type { CertificateFacts } from './certificate-facts.ts';
import { checkCompleteness, checkFiles } from './drop-checks.ts';
import type { DropFileContent } from './drop-file.ts';
import { findPair, type Located, type MissingHalf } from './find-pair.ts';
import { checkPair } from './pair-checks.ts';
import { isBlocking, type PairProblem, problem } from './pair-problem.ts';
import type { CaSerial } from './serial.ts';
import { type DurationMs, type EpochMs, plus } from './time.ts';

/** One file of a drop as far as judging needs it; a file over the limit was not read. */
export interface JudgedFile {
  readonly fileName: string;
  readonly content: DropFileContent | { readonly tooLargeBytes: number };
}

interface Problems {
  readonly problems: readonly PairProblem[];
}

/** What is to be done about a drop, by its content alone. */
export type DropVerdict =
  /** It holds a private key, or a file that could not be read whole and so might hold one. */
  | ({ readonly kind: 'quarantine' } & Problems)
  /** A half is missing: `wait` while it may still come, `incomplete` after that. */
  | ({ readonly kind: 'wait' | 'incomplete'; readonly missing: MissingHalf } & Problems)
  | ({ readonly kind: 'reject'; readonly ca: Located } & Problems)
  /** Nothing blocks; `problems` are warnings. */
  | ({
      readonly kind: 'register';
      readonly ca: CertificateFacts;
      readonly serial: CaSerial;
      readonly verification: CertificateFacts;
    } & Problems);

/**
 * Judges a drop: keys and unreadable files first, then the pair, then its checks. Pure.
 *
 * @param context.now - The store's clock, like `newest`, so that "15 minutes after the newest file" is one clock's time.
 * @param context.handedOutCodeHashes - SHA-256 (hex) of the codes handed out for this folder; empty when unknown.
 */
export function judgeDrop(
  files: readonly JudgedFile[],
  context: {
    readonly now: EpochMs;
    readonly newest: EpochMs;
    readonly pairDeadline: DurationMs;
    readonly handedOutCodeHashes: readonly string[];
  },
): DropVerdict {
  const contents = files.flatMap(({ content }) => ('tooLargeBytes' in content ? [] : [content]));
  const finding = findPair(contents);
  const ofFiles = [...tooLarge(files), ...checkFiles(contents, finding)];
  if (ofFiles.some(mayHideKey)) return { kind: 'quarantine', problems: ofFiles.filter(mayHideKey) };
  if (finding.kind === 'incomplete') {
    const isOver = context.now >= plus(context.newest, context.pairDeadline);
    const problems = [...checkCompleteness(contents, finding), ...ofFiles];
    return { kind: isOver ? 'incomplete' : 'wait', missing: finding.missing, problems };
  }
  const problems = [...checkPair(finding, context), ...ofFiles];
  const { serial } = finding.ca.facts;
  if (isBlocking(problems) || serial.kind === 'problem') return { kind: 'reject', ca: finding.ca, problems };
  return {
    kind: 'register',
    ca: finding.ca.facts,
    serial: serial.value,
    verification: finding.verification.facts,
    problems,
  };
}

function tooLarge(files: readonly JudgedFile[]): readonly PairProblem[] {
  return files.flatMap(({ content, fileName }) =>
    'tooLargeBytes' in content ? [problem('file-too-large', fileName, `${String(content.tooLargeBytes)} bytes`)] : [],
  );
}

function mayHideKey({ code }: PairProblem): boolean {
  return code === 'private-key-present' || code === 'file-too-large' || code === 'file-too-many-blocks';
}
