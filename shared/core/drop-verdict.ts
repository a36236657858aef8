import type { CertificateFacts } from './certificate-facts.ts';
import type { DropFileContent } from './drop-file.ts';
import { findPair, type Located, type MissingHalf } from './find-pair.ts';
import { checkPair, isBlocking, type PairProblem } from './pair-checks.ts';
import type { CaSerial } from './serial.ts';
import { type DurationMs, type EpochMs, plus } from './time.ts';

/** One file of a drop as far as judging needs it; `too-large` files were not read. */
export interface JudgedFile {
  readonly fileName: string;
  readonly content: DropFileContent | 'too-large';
}

/** What is to be done about a drop, by its content alone. */
export type DropVerdict =
  /** It holds a private key, or a file that could not be read whole and so might hold one. */
  | { readonly kind: 'quarantine'; readonly reason: string; readonly fileName: string }
  /** A half is missing: `wait` while it may still come, `incomplete` after that. */
  | { readonly kind: 'wait' | 'incomplete'; readonly missing: MissingHalf; readonly have: readonly Located[] }
  | { readonly kind: 'reject'; readonly ca: Located; readonly problems: readonly PairProblem[] }
  | {
      readonly kind: 'register';
      readonly ca: CertificateFacts;
      readonly serial: CaSerial;
      readonly verification: CertificateFacts;
      readonly warnings: readonly PairProblem[];
    };

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
  const secret = findSecret(files);
  if (secret !== undefined) return { kind: 'quarantine', ...secret };
  const contents = files.map((file) => file.content).filter((content) => content !== 'too-large');
  const search = findPair(contents);
  if (search.kind === 'incomplete') {
    const isOver = context.now >= plus(context.newest, context.pairDeadline);
    return { kind: isOver ? 'incomplete' : 'wait', missing: search.missing, have: search.have };
  }
  const problems = checkPair(search, { now: context.now, handedOutCodeHashes: context.handedOutCodeHashes });
  const { serial } = search.ca.facts;
  if (isBlocking(problems) || serial.kind === 'problem') return { kind: 'reject', ca: search.ca, problems };
  return {
    kind: 'register',
    ca: search.ca.facts,
    serial: serial.value,
    verification: search.verification.facts,
    warnings: problems,
  };
}

function findSecret(files: readonly JudgedFile[]): { readonly reason: string; readonly fileName: string } | undefined {
  for (const { content, fileName } of files) {
    if (content === 'too-large') continue;
    if (content.privateKey !== undefined) return { reason: `private-key-${content.privateKey}`, fileName };
  }
  for (const { content, fileName } of files) {
    if (content === 'too-large') return { reason: 'file-too-large', fileName };
    if (content.unreadable !== undefined) return { reason: `file-${content.unreadable}`, fileName };
  }
  return undefined;
}
