import { expect, test } from 'vitest';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { type JudgedFile, judgeDrop } from '../../../shared/core/drop-verdict.ts';
import { epochMs, minutes, plus } from '../../../shared/core/time.ts';
import { caRecipe, makeDer, NOW_MS, pem, verificationRecipe } from '../../support/certificates.ts';

const CA = pem(makeDer(caRecipe('p256')));
const VERIFICATION = pem(makeDer(verificationRecipe('p256')));
const KEY = '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n';
const NEWEST = epochMs(NOW_MS);

const file = (fileName: string, text: string | Buffer): JudgedFile => ({
  fileName,
  content: readDropFile({ name: fileName, bytes: Buffer.from(text) }),
});
const judge = (files: readonly JudgedFile[], after = minutes(0)) =>
  judgeDrop(files, {
    now: plus(NEWEST, after),
    newest: NEWEST,
    pairDeadline: minutes(15),
    handedOutCodeHashes: [],
  });
const codes = (verdict: ReturnType<typeof judge>) => verdict.problems.map(({ code }) => code);

test('a sound pair is to be registered, whatever the files are called', () => {
  const verdict = judge([file('verification.pem', CA), file('ca.pem', VERIFICATION)]);
  expect(verdict).toMatchObject({ kind: 'register', serial: 'f2690048870102', problems: [] });
});

test('a private key decides before everything else', () => {
  const verdict = judge([file('ca.pem', CA), file('v.pem', VERIFICATION), file('ca.key', KEY)]);
  expect(verdict).toMatchObject({
    kind: 'quarantine',
    problems: [{ code: 'private-key-present', file: 'ca.key', found: 'ec' }],
  });
});

test('a file that could not be read whole may hide one', () => {
  const unread: JudgedFile = { fileName: 'big', content: { tooLargeBytes: 70_000 } };
  expect(codes(judge([file('ca.pem', CA), file('v.pem', VERIFICATION), unread]))).toEqual(['file-too-large']);
  expect(codes(judge([file('many.pem', CA.repeat(33))]))).toEqual(['file-too-many-blocks']);
});

test('a half that is missing is waited for until exactly the deadline', () => {
  const half = [file('ca.pem', CA)];
  expect(judge(half)).toMatchObject({ kind: 'wait', missing: 'verification' });
  expect(judge(half, minutes(14.999))).toMatchObject({ kind: 'wait' });
  expect(judge(half, minutes(15))).toMatchObject({ kind: 'incomplete', missing: 'verification' });
  expect(judge([file('v.pem', VERIFICATION)], minutes(15))).toMatchObject({ kind: 'incomplete', missing: 'ca' });
  expect(judge([file('note.txt', 'hello')], minutes(15))).toMatchObject({ kind: 'incomplete', missing: 'both' });
});

test('a complete pair is not waited with, however new it is', () => {
  const wrong = pem(makeDer(caRecipe('p256', { extensions: [] })));
  expect(codes(judge([file('ca.pem', wrong), file('v.pem', VERIFICATION)]))).toEqual(['ca-basic-constraints-missing']);
});

test('a pair without a usable serial is never registered', () => {
  const zero = pem(makeDer(caRecipe('p256', { serial: Buffer.from([0]) })));
  expect(judge([file('ca.pem', zero), file('v.pem', VERIFICATION)])).toMatchObject({
    kind: 'reject',
    problems: [{ code: 'serial-zero' }],
  });
});

test("the certificates' dates are judged by the store's clock", () => {
  const late = judgeDrop([file('ca.pem', CA), file('v.pem', VERIFICATION)], {
    now: epochMs(2_082_758_400_000 + 60_000),
    newest: NEWEST,
    pairDeadline: minutes(15),
    handedOutCodeHashes: [],
  });
  expect(codes(late)).toEqual(['ca-expired', 'verification-expired']);
});
