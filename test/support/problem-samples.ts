import { createHash, generateKeyPairSync } from 'node:crypto';
import { checkCompleteness, checkFiles } from '../../shared/core/drop-checks.ts';
import { type DropFileContent, readDropFile } from '../../shared/core/drop-file.ts';
import { findPair, type Pair } from '../../shared/core/find-pair.ts';
import type { PairProblemCode } from '../../shared/core/pair-check-table.ts';
import { checkPair } from '../../shared/core/pair-checks.ts';
import type { PairProblem } from '../../shared/core/pair-problem.ts';
import {
  basicConstraints,
  CODE,
  caRecipe,
  commonNames,
  keyUsage,
  makeDer,
  modulusOf,
  NOW_MS,
  pem,
  rsaSpki,
  testKey,
  verificationRecipe,
} from './certificates.ts';
import { bitString, NULL, oid, sequence } from './der-writer.ts';
import { CONTEXT, dropFile, located, pairOf } from './pairs.ts';

const DAY_MS = 86_400_000;
const SOUND_CA = makeDer(caRecipe('p256'));
const SOUND_VERIFICATION = makeDer(verificationRecipe('p256'));
const other = testKey('p256', 'other');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** Every problem of some files, as the pipeline collects them at the deadline. */
export function problemsOf(files: readonly DropFileContent[]): readonly PairProblem[] {
  const finding = findPair(files);
  const pairProblems = finding.kind === 'pair' ? checkPair(finding, CONTEXT) : [];
  return [...checkFiles(files, finding), ...checkCompleteness(files, finding), ...pairProblems];
}

const check = (pair: Pair): readonly PairProblem[] => checkPair(pair, CONTEXT);
const file = (name: string, bytes: Buffer | string): DropFileContent =>
  readDropFile({ name, bytes: Buffer.from(bytes) });
const SOUND = [dropFile('ca.pem', SOUND_CA), dropFile('verification.pem', SOUND_VERIFICATION)];
const withCode = (hashes: readonly string[]): readonly PairProblem[] =>
  checkPair(pairOf(), { ...CONTEXT, handedOutCodeHashes: hashes });
const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

/** For every code, something that has the problem and its nearest neighbour that has not. */
interface Sample {
  readonly bad: () => readonly PairProblem[];
  readonly good: () => readonly PairProblem[];
}

/** A sound drop: has no problem at all. */
const sound = (): readonly PairProblem[] => problemsOf(SOUND);

const validityOf = (role: 'ca' | 'verification', notBefore: number, notAfter: number) => (): readonly PairProblem[] =>
  check(pairOf({ [role]: { notBefore, notAfter } }));

const rsaCa = (modulus: Buffer, exponent: string) => (): readonly PairProblem[] =>
  check(pairOf({ type: 'rsa-2048-65537', ca: { spki: rsaSpki(modulus, hex(exponent)) } }));

const named =
  (...names: readonly string[]) =>
  (): readonly PairProblem[] =>
    check(pairOf({ verification: { subject: commonNames(...names) } }));

const selfSigned = { signer: testKey('p256', 'verification').privateKey };

/** P-256 with its parameters written out, as OpenSSL's `-param_enc explicit` does. */
function explicitSpki(): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** One bad and one good sample for every problem code; a code without one does not compile. */
export const PROBLEM_SAMPLES: Readonly<Record<PairProblemCode, Sample>> = {
  'private-key-present': {
    bad: () => problemsOf([...SOUND, file('ca.key', other.privateKey.export({ type: 'pkcs8', format: 'pem' }))]),
    good: () => problemsOf([...SOUND, file('ca.pub', pem(other.spki, 'PUBLIC KEY'))]),
  },
  'file-too-large': {
    bad: () => problemsOf([...SOUND, file('big', Buffer.alloc(65_537, 32))]),
    good: () => problemsOf([...SOUND, file('big', Buffer.alloc(65_536, 32))]),
  },
  'file-too-many-blocks': {
    bad: () => problemsOf([...SOUND, file('many.pem', pem(SOUND_CA).repeat(33))]),
    good: () => problemsOf([...SOUND, file('many.pem', pem(SOUND_CA).repeat(32))]),
  },
  'certificate-damaged': {
    bad: () => problemsOf([dropFile('ca.pem', SOUND_CA), file('v.pem', pem(SOUND_VERIFICATION.subarray(0, 99)))]),
    good: sound,
  },
  'extra-damaged': {
    bad: () => problemsOf([...SOUND, file('x.pem', pem(SOUND_CA.subarray(0, 99)))]),
    good: () => problemsOf([...SOUND, file('x.txt', 'a note')]),
  },
  'archive-present': {
    bad: () => problemsOf([...SOUND, file('certs.zip', hex('504b0304'))]),
    good: () =>
      problemsOf([...SOUND, file('request.csr', pem(sequence(oid('1.2.3'), bitString(NULL)), 'CERTIFICATE REQUEST'))]),
  },
  'ca-missing': { bad: () => problemsOf([dropFile('v.pem', SOUND_VERIFICATION)]), good: sound },
  'verification-missing': { bad: () => problemsOf([dropFile('ca.pem', SOUND_CA)]), good: sound },
  'both-missing': { bad: () => problemsOf([file('notes.txt', 'soon')]), good: sound },
  'halves-identical': {
    bad: () => problemsOf([dropFile('ca.pem', SOUND_CA), dropFile('verification.pem', SOUND_CA)]),
    good: () => problemsOf([dropFile('ca.pem', SOUND_CA)]),
  },
  'halves-swapped': {
    bad: () => {
      const { ca, verification } = pairOf();
      return check({ ca: verification, verification: ca, extras: [] });
    },
    good: sound,
  },
  'ca-basic-constraints-missing': {
    bad: () => check(pairOf({ ca: { extensions: [] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true)] } })),
  },
  'ca-flag-false': {
    bad: () => check(pairOf({ ca: { extensions: [basicConstraints(false)] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true)] } })),
  },
  'ca-key-usage': {
    bad: () => check(pairOf({ ca: { extensions: [basicConstraints(true), keyUsage(0x82)] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true), keyUsage(0x04)] } })),
  },
  'ca-extensions-invalid': {
    bad: () => check(pairOf({ ca: { extensions: [basicConstraints(true), basicConstraints(true)] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true)] } })),
  },
  'serial-zero': {
    bad: () => check(pairOf({ ca: { serial: hex('00') } })),
    good: () => check(pairOf({ ca: { serial: hex('01') } })),
  },
  'serial-negative': {
    bad: () => check(pairOf({ ca: { serial: hex('80') } })),
    good: () => check(pairOf({ ca: { serial: hex('0080') } })),
  },
  'serial-too-long': {
    bad: () => check(pairOf({ ca: { serial: hex(`01${'00'.repeat(20)}`) } })),
    good: () => check(pairOf({ ca: { serial: hex(`00ff${'00'.repeat(19)}`) } })),
  },
  'ca-expired': {
    bad: validityOf('ca', NOW_MS - DAY_MS, NOW_MS - 1000),
    good: validityOf('ca', NOW_MS - DAY_MS, NOW_MS),
  },
  'ca-not-yet-valid': {
    bad: validityOf('ca', NOW_MS + 1000, NOW_MS + 4000 * DAY_MS),
    good: validityOf('ca', NOW_MS, NOW_MS + 4000 * DAY_MS),
  },
  'verification-expired': {
    bad: validityOf('verification', NOW_MS - DAY_MS, NOW_MS - 1000),
    good: validityOf('verification', NOW_MS - DAY_MS, NOW_MS),
  },
  'verification-not-yet-valid': {
    bad: validityOf('verification', NOW_MS + 1000, NOW_MS + DAY_MS),
    good: validityOf('verification', NOW_MS, NOW_MS + DAY_MS),
  },
  'rsa-too-short': { bad: rsaCa(modulusOf(2047), '010001'), good: rsaCa(modulusOf(2048), '010001') },
  'rsa-exponent': { bad: rsaCa(modulusOf(2048), '010000'), good: rsaCa(modulusOf(2048), '03') },
  'key-unsupported': {
    bad: () => check(pairOf({ ca: { spki: explicitSpki() } })),
    good: () => check(pairOf({ type: 'p384' })),
  },
  'signature-weak': {
    bad: () => check(pairOf({ type: 'rsa-2048-65537', verification: { signature: 'rsa-sha1' } })),
    good: () => check(pairOf({ type: 'rsa-2048-65537', verification: { signature: 'rsa-sha512' } })),
  },
  'issuer-mismatch': {
    bad: () => check(pairOf({ verification: { issuer: commonNames('fleet ca') } })),
    good: sound,
  },
  'signed-by-itself': {
    bad: () => check(pairOf({ verification: { ...selfSigned, issuer: commonNames(CODE) } })),
    good: sound,
  },
  'signed-by-other-certificate': {
    bad: () => {
      const extras = [located(makeDer(caRecipe('p256', { spki: other.spki, signer: other.privateKey })), 'other.pem')];
      return check({ ...pairOf({ verification: { signer: other.privateKey } }), extras });
    },
    good: () => check({ ...pairOf(), extras: [located(makeDer(caRecipe('p256', { spki: other.spki })), 'other.pem')] }),
  },
  'signed-by-namesake': {
    bad: () => check(pairOf({ verification: { signer: other.privateKey } })),
    good: sound,
  },
  'signed-by-stranger': {
    bad: () => check(pairOf({ verification: { signer: other.privateKey, issuer: commonNames('Other CA') } })),
    good: sound,
  },
  'signature-not-checkable': { bad: rsaCa(modulusOf(8193), '010001'), good: rsaCa(modulusOf(8192), '010001') },
  'common-name-missing': { bad: named(), good: named(CODE) },
  'common-name-several': { bad: named(CODE, 'x'), good: named(CODE) },
  'common-name-padded': { bad: named(`${CODE}\n`), good: named(CODE) },
  'basic-constraints-not-critical': {
    bad: () => check(pairOf({ ca: { extensions: [basicConstraints(true, { critical: false })] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true, { critical: true })] } })),
  },
  'curve-unusual': { bad: () => check(pairOf({ type: 'secp256k1' })), good: () => check(pairOf({ type: 'p521' })) },
  'path-length-limited': {
    bad: () => check(pairOf({ ca: { extensions: [basicConstraints(true, { pathLength: 0 })] } })),
    good: () => check(pairOf({ ca: { extensions: [basicConstraints(true)] } })),
  },
  'verification-is-ca': {
    bad: () => check(pairOf({ verification: { extensions: [basicConstraints(true)] } })),
    good: () => check(pairOf({ verification: { extensions: [basicConstraints(false)] } })),
  },
  'same-public-key': {
    bad: () => check(pairOf({ verification: { spki: testKey('p256').spki } })),
    good: sound,
  },
  'ca-ends-soon': {
    bad: validityOf('ca', NOW_MS - DAY_MS, NOW_MS + 365 * DAY_MS),
    good: validityOf('ca', NOW_MS - DAY_MS, NOW_MS + 365 * DAY_MS + 1000),
  },
  'common-name-not-code': { bad: named('my-server'), good: named(CODE) },
  'code-not-handed-out': {
    bad: () => withCode([hashOf('another')]),
    good: () => withCode([hashOf('another'), hashOf(CODE)]),
  },
  'extra-certificate': {
    bad: () => check({ ...pairOf(), extras: [located(makeDer(caRecipe('p384')), 'root.pem')] }),
    good: sound,
  },
  'ca-subject-empty': {
    bad: () => check(pairOf({ ca: { subject: sequence(), issuer: sequence() }, verification: { issuer: sequence() } })),
    good: sound,
  },
};
