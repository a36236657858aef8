import { expect, test } from 'vitest';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { PAIR_PROBLEMS } from '../../../shared/core/pair-check-table.ts';
import { describeProblem, type PairProblem } from '../../../shared/core/pair-problem.ts';
import { CODE, caRecipe, commonNames, makeDer, testKey, verificationRecipe } from '../../support/certificates.ts';
import { type CorpusFile, corpus, isCorpusExpected } from '../../support/corpora.ts';
import { dropFile } from '../../support/pairs.ts';
import { problemsOf } from '../../support/problem-samples.ts';
import { slowest } from '../../support/slowest.ts';

/** No answer may take longer than this. */
const LIMIT_MS = 50;

/** A sound half to put beside a stranger: the checks then run to their end. */
const HALF = dropFile('half.pem', makeDer(verificationRecipe('p256')));
const OTHER = dropFile(
  'other.pem',
  makeDer(caRecipe('p384', { subject: commonNames(CODE), spki: testKey('p384').spki })),
);

function problemsBeside(file: CorpusFile): readonly PairProblem[] {
  const content = readDropFile(file);
  return [...problemsOf([content]), ...problemsOf([content, HALF]), ...problemsOf([content, OTHER])];
}

function runCorpus(files: readonly CorpusFile[]): { readonly codes: ReadonlySet<string>; readonly slowestMs: number } {
  const codes = new Set<string>();
  const { worstMs } = slowest(files, (file) => {
    for (const problem of problemsBeside(file)) {
      codes.add(problem.code);
      describeProblem(problem, 'zh');
    }
  });
  return { codes, slowestMs: worstMs };
}

test.skipIf(!isCorpusExpected('ca-certificates'))(
  // not on Debian, and not in the gate, which always runs it
  'every root Debian ships passes through the checks, readable and without a delay',
  () => {
    const roots = corpus('ca-certificates');
    expect(roots.length).toBeGreaterThan(100);
    for (const root of roots) {
      expect(readDropFile(root)).toMatchObject({
        certificates: [{ caByOpenssl: true, selfIssued: true }],
        damaged: [],
      });
    }
    const { codes, slowestMs } = runCorpus(roots);
    expect([...codes]).toContain('verification-missing');
    expect(slowestMs).toBeLessThan(LIMIT_MS);
  },
);

test.skipIf(!isCorpusExpected('python3-cryptography-vectors'))(
  // not on Debian, and not in the gate, which always runs it
  'every certificate of the cryptography vectors passes through the checks without a crash or a delay',
  () => {
    const vectors = corpus('python3-cryptography-vectors');
    expect(vectors.length).toBeGreaterThan(500);
    const { codes, slowestMs } = runCorpus(vectors);
    expect([...codes].every((code) => Object.hasOwn(PAIR_PROBLEMS, code))).toBe(true);
    expect(codes.size).toBeGreaterThan(10);
    expect(slowestMs).toBeLessThan(LIMIT_MS);
  },
);

test.skipIf(!isCorpusExpected('python3-cryptography-vectors'))(
  // not on Debian, and not in the gate, which always runs it
  'the vectors hold what they are known for: most certificates are readable, few are not',
  () => {
    const contents = corpus('python3-cryptography-vectors').map(readDropFile);
    const readable = contents.flatMap(({ certificates }) => certificates).length;
    const damaged = contents.flatMap((content) => content.damaged).length;
    expect(readable).toBeGreaterThan(480);
    expect(damaged).toBeLessThan(30);
  },
);
