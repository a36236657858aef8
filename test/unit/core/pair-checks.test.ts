import { expect, test } from 'vitest';
import { PAIR_PROBLEMS, type PairProblemCode, type PairProblemFacts } from '../../../shared/core/pair-check-table.ts';
import { checkPair } from '../../../shared/core/pair-checks.ts';
import { describeProblem, isBlocking, type PairProblem, problem } from '../../../shared/core/pair-problem.ts';
import {
  basicConstraints,
  CODE,
  commonNames,
  type KeyType,
  keyUsage,
  modulusOf,
  rdn,
  rsaSpki,
  testKey,
} from '../../support/certificates.ts';
import { sequence } from '../../support/der-writer.ts';
import { CONTEXT, located, pairOf } from '../../support/pairs.ts';
import { PROBLEM_SAMPLES } from '../../support/problem-samples.ts';

const CODES = Object.keys(PAIR_PROBLEMS) as readonly PairProblemCode[];
const codesOf = (problems: readonly PairProblem[]): readonly string[] => problems.map(({ code }) => code);

test.each(CODES)('%s is found where it is, and not next to it', (code) => {
  const { bad, good } = PROBLEM_SAMPLES[code];
  const found = bad();
  expect(codesOf(found)).toContain(code);
  expect(found.find((one) => one.code === code)?.severity).toBe(PAIR_PROBLEMS[code].severity);
  expect(codesOf(good())).not.toContain(code);
});

test.each(['p256', 'p384', 'p521', 'rsa-2048-65537', 'rsa-2048-3'] as const)(
  'a sound pair under a %s CA has no problem',
  (type: KeyType) => {
    expect(checkPair(pairOf({ type }), CONTEXT)).toEqual([]);
  },
);

test('an Ed25519 CA passes with a warning', () => {
  const problems = checkPair(pairOf({ type: 'ed25519' }), CONTEXT);
  expect(problems).toMatchObject([{ code: 'curve-unusual', severity: 'warn', found: 'Ed25519' }]);
  expect(isBlocking(problems)).toBe(false);
});

test('the block and warn lists are exactly the ones agreed', () => {
  const warnings = CODES.filter((code) => PAIR_PROBLEMS[code].severity === 'warn');
  expect(warnings).toEqual([
    'extra-damaged',
    'archive-present',
    'basic-constraints-not-critical',
    'curve-unusual',
    'path-length-limited',
    'verification-is-ca',
    'same-public-key',
    'ca-ends-soon',
    'common-name-not-code',
    'code-not-handed-out',
    'extra-certificate',
    'ca-subject-empty',
  ]);
});

test('all problems of a pair are reported together, in the order one would mend them', () => {
  const pair = pairOf({
    ca: { extensions: [keyUsage(0x80)], serial: Buffer.from([0]), notAfter: 1_769_000_000_000 },
    verification: { subject: commonNames('a', 'b'), signer: testKey('p256', 'other').privateKey },
  });
  expect(codesOf(checkPair(pair, CONTEXT))).toEqual([
    'ca-basic-constraints-missing',
    'ca-key-usage',
    'serial-zero',
    'ca-expired',
    'signed-by-namesake',
    'common-name-several',
  ]);
});

test.each([
  [{ ca: { signature: 'rsa-sha1' } }, 'ca.pem', 'ca'],
  [{ verification: { signature: 'rsa-sha1' } }, 'verification.pem', 'verification'],
] as const)(
  'a problem either half can have is told with the command for the half that has it: %j',
  (recipe, file, half) => {
    const [weak] = checkPair(pairOf({ type: 'rsa-2048-65537', ...recipe }), CONTEXT);
    expect(weak).toMatchObject({ code: 'signature-weak', file, half });
    if (weak === undefined) throw new Error('no problem');
    expect(describeProblem(weak, 'en').command.includes('-in ca.csr')).toBe(half === 'ca');
  },
);

test('a common name is told by its beginning and its length, in characters that any terminal shows', () => {
  const [long] = checkPair(pairOf({ verification: { subject: commonNames(`${CODE} `) } }), CONTEXT);
  expect(long).toMatchObject({ code: 'common-name-padded', found: '1f2e3d4c…, 41 characters' });
  const [short] = checkPair(pairOf({ verification: { subject: commonNames('server') } }), CONTEXT);
  expect(short).toMatchObject({ code: 'common-name-not-code', found: 'server' });
});

test('the trap of openssl x509 -req is named, in both languages', () => {
  const [problem] = checkPair(pairOf({ ca: { extensions: [] } }), CONTEXT);
  expect(problem).toMatchObject({
    code: 'ca-basic-constraints-missing',
    file: 'ca.pem',
    found: 'basicConstraints: none',
  });
  if (problem === undefined) throw new Error('no problem');
  expect(describeProblem(problem, 'en').fix).toContain('openssl x509 -req');
  expect(describeProblem(problem, 'zh').fix).toContain('openssl x509 -req');
  expect(describeProblem(problem, 'zh').command).toMatch(/^printf .* openssl x509 -in ca\.pem -signkey ca\.key /);
});

test.each(CODES)('%s is told in Chinese and English, with a command', (code) => {
  const { en, zh }: PairProblemFacts = PAIR_PROBLEMS[code];
  for (const text of [zh.wrong, zh.fix]) expect(text).toMatch(/\p{Script=Han}.*[^。]$/u);
  for (const text of [en.wrong, en.fix]) expect(text).toMatch(/^[A-Za-z][\x20-\x7e]+[^.]$/);
  expect(en.needed === undefined).toBe(zh.needed === undefined);
  expect(en.needed ?? 'text').toMatch(/^[\x20-\x7e]+[^.]$/);
  for (const half of ['ca', 'verification'] as const) {
    const told = { ...problem(code, 'ca.pem', ''), half };
    expect(describeProblem(told, 'en').command).toMatch(/openssl /);
    expect(describeProblem(told, 'zh').command).toBe(describeProblem(told, 'en').command);
  }
});

test('a certificate is valid in its first and its last millisecond, and not around them', () => {
  const pair = pairOf({ ca: { notBefore: 1_780_000_000_000, notAfter: 1_880_000_000_000 } });
  const codesAt = (now: number): readonly string[] =>
    codesOf(checkPair(pair, { ...CONTEXT, now: now as typeof CONTEXT.now })).filter((code) =>
      /^ca-(expired|not)/.test(code),
    );
  expect(codesAt(1_779_999_999_999)).toEqual(['ca-not-yet-valid']);
  expect(codesAt(1_780_000_000_000)).toEqual([]);
  expect(codesAt(1_880_000_000_000)).toEqual([]);
  expect(codesAt(1_880_000_000_001)).toEqual(['ca-expired']);
});

test('a CA warns of its end from 365 days on, and not once it has ended', () => {
  const pair = pairOf({ ca: { notAfter: 1_880_000_000_000 } });
  const endsSoonAt = (now: number): boolean =>
    codesOf(checkPair(pair, { ...CONTEXT, now: now as typeof CONTEXT.now })).includes('ca-ends-soon');
  expect(endsSoonAt(1_880_000_000_000 - 31_536_000_001)).toBe(false);
  expect(endsSoonAt(1_880_000_000_000 - 31_536_000_000)).toBe(true);
  expect(endsSoonAt(1_880_000_000_000)).toBe(true);
  expect(endsSoonAt(1_880_000_000_001)).toBe(false);
});

test('RSA keys need 2048 bits', () => {
  const codesWith = (bits: number): readonly string[] =>
    codesOf(checkPair(pairOf({ verification: { spki: rsaSpki(modulusOf(bits), Buffer.from([1, 0, 1])) } }), CONTEXT));
  expect(codesWith(2047)).toEqual(['rsa-too-short']);
  expect(codesWith(2048)).toEqual([]);
  expect(codesWith(2049)).toEqual([]);
});

test.each([
  ['00', 'refused'],
  ['01', 'refused'],
  ['02', 'refused'],
  ['03', 'accepted'],
  ['04', 'refused'],
  ['00ffffffff', 'accepted'],
  ['0100000000', 'refused'],
  ['0100000001', 'refused'],
])('the RSA exponent %s is %s', (exponent, verdict) => {
  const spki = rsaSpki(modulusOf(2048), Buffer.from(exponent, 'hex'));
  expect(codesOf(checkPair(pairOf({ verification: { spki } }), CONTEXT))).toEqual(
    verdict === 'refused' ? ['rsa-exponent'] : [],
  );
});

test.each([
  ['rsa-sha256', []],
  ['rsa-sha512', []],
  ['rsa-sha1', ['signature-weak']],
  ['rsa-md5', ['signature-weak']],
] as const)('a verification certificate signed with %s has the problems %j', (signature, codes) => {
  const pair = pairOf({ type: 'rsa-2048-65537', verification: { signature } });
  expect(codesOf(checkPair(pair, CONTEXT))).toEqual(codes);
});

test.each([
  ` ${CODE}`,
  `${CODE} `,
  `\t${CODE}`,
  `${CODE}\r\n`,
  `\u00a0${CODE}`,
  `${CODE}\u200b`,
  `\ufeff${CODE}`,
  `${CODE}\0`,
])('a registration code with something around it is refused: %j', (name) => {
  expect(codesOf(checkPair(pairOf({ verification: { subject: commonNames(name) } }), CONTEXT))).toContain(
    'common-name-padded',
  );
});

test('an empty common name is none', () => {
  const pair = pairOf({ verification: { subject: commonNames('') } });
  expect(codesOf(checkPair(pair, CONTEXT))).toContain('common-name-missing');
});

test('names that print alike and differ in bytes are told apart', () => {
  const printable = sequence(rdn('2.5.4.3', 0x13, Buffer.from('Fleet CA')));
  const [problem] = checkPair(pairOf({ verification: { issuer: printable } }), CONTEXT);
  expect(problem).toMatchObject({
    code: 'issuer-mismatch',
    found: 'CN=Fleet CA, other bytes: string types or hidden characters',
  });
});

test('a registration code is in no problem, wherever it came from', () => {
  const extras = [located(pairOf().verification.facts.der, `${CODE}.pem`)];
  const faults = [
    { subject: commonNames(CODE, CODE) },
    { subject: commonNames(`${CODE} `) },
    { issuer: commonNames(CODE) },
    { signer: testKey('p256', 'verification').privateKey, issuer: commonNames(CODE) },
    { extensions: [basicConstraints(true)] },
  ];
  for (const verification of faults) {
    const problems = checkPair({ ...pairOf({ verification }), extras }, { ...CONTEXT, handedOutCodeHashes: ['00'] });
    expect(problems.length).toBeGreaterThan(1);
    expect(JSON.stringify(problems)).not.toContain(CODE.slice(0, 13));
  }
});

test('hostile file names and subjects are shown harmless', () => {
  const hostile = '**[x](http://e)**\u001b[2J\u202e\n';
  const { ca, verification } = pairOf({ ca: { extensions: [], subject: commonNames(hostile) } });
  const problems = checkPair({ ca: { ...ca, fileName: hostile }, verification, extras: [ca] }, CONTEXT);
  expect(problems.length).toBeGreaterThan(2);
  expect(problems.map(({ file, found }) => `${file}${found}`).join('')).not.toMatch(
    /[\u0000-\u001f\u202e*[\]()]|:\/\//,
  );
});

test('a bundle of hundreds of extra certificates is told in a few lines', () => {
  const { ca } = pairOf();
  const extras = Array.from({ length: 300 }, () => ca);
  expect(
    codesOf(checkPair({ ...pairOf(), extras }, CONTEXT)).filter((code) => code === 'extra-certificate'),
  ).toHaveLength(8);
});
