import { type DropFileContent, MAX_FILE_BYTES, type UnreadableFile } from './drop-file.ts';
import type { MissingHalf, PairFinding } from './find-pair.ts';
import type { PairProblemCode } from './pair-check-table.ts';
import { type PairProblem, problem } from './pair-problem.ts';
import { MAX_PEM_BLOCKS } from './pem.ts';

/** Damaged pieces of one file worth a line each; a file full of them needs no thirty. */
const MAX_DAMAGED_TOLD = 4;

const MISSING: Readonly<Record<MissingHalf, PairProblemCode>> = {
  ca: 'ca-missing',
  verification: 'verification-missing',
  both: 'both-missing',
};

/** What was found in a file that was not looked through. */
const OVER: Readonly<Record<UnreadableFile, string>> = {
  'too-large': `over ${String(MAX_FILE_BYTES)} bytes`,
  'too-many-blocks': `over ${String(MAX_PEM_BLOCKS)} PEM blocks`,
};

/**
 * What is wrong with the files of a drop before any pair is checked: private keys, files that cannot be looked
 * through, damaged certificates, archives. A damaged certificate blocks only while the pair is incomplete, because it
 * may be the missing half.
 */
export function checkFiles(files: readonly DropFileContent[], finding: PairFinding): readonly PairProblem[] {
  return files.flatMap((file) => [...checkOpenness(file), ...checkDamage(file, finding), ...checkArchive(file)]);
}

/**
 * What an incomplete drop lacks, to be told once its deadline has passed: the missing half, and whether the halves are
 * one and the same certificate. Empty for a complete pair.
 */
export function checkCompleteness(files: readonly DropFileContent[], finding: PairFinding): readonly PairProblem[] {
  if (finding.kind === 'pair') return [];
  const total = files.reduce((count, file) => count + file.certificates.length, 0);
  const [only] = finding.have;
  if (only !== undefined && finding.have.length === 1 && total > 1) {
    return [problem('halves-identical', only.fileName, `SHA-256 ${only.facts.fingerprint.slice(0, 16)}`)];
  }
  const names = finding.have.map(({ fileName }) => fileName).join(', ');
  return [problem(MISSING[finding.missing], names, `certificates: ${finding.have.length}`)];
}

function checkOpenness(file: DropFileContent): readonly PairProblem[] {
  const problems: PairProblem[] = [];
  if (file.privateKey !== undefined) problems.push(problem('private-key-present', file.name, file.privateKey));
  if (file.unreadable !== undefined) {
    problems.push(problem(`file-${file.unreadable}`, file.name, OVER[file.unreadable]));
  }
  return problems;
}

function checkDamage(file: DropFileContent, finding: PairFinding): readonly PairProblem[] {
  const code = finding.kind === 'pair' ? 'extra-damaged' : 'certificate-damaged';
  return [...new Set(file.damaged)].slice(0, MAX_DAMAGED_TOLD).map((reason) => problem(code, file.name, reason));
}

function checkArchive(file: DropFileContent): readonly PairProblem[] {
  const archive = file.others.find(({ what }) => what.startsWith('archive-'));
  return archive === undefined ? [] : [problem('archive-present', file.name, archive.what)];
}
