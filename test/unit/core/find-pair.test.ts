import { expect, test } from 'vitest';
import { findPair, MAX_SIGNATURE_CHECKS } from '../../../shared/core/find-pair.ts';
import {
  basicConstraints,
  CODE,
  caRecipe,
  commonNames,
  makeDer,
  type Recipe,
  testKey,
  verificationRecipe,
} from '../../support/certificates.ts';
import { dropFile } from '../../support/pairs.ts';

const ca = (changes: Partial<Recipe> = {}): Buffer => makeDer(caRecipe('p256', changes));
const verification = (changes: Partial<Recipe> = {}): Buffer => makeDer(verificationRecipe('p256', changes));
const other = testKey('p256', 'other');
const third = testKey('p256', 'third');

function found(...files: readonly Parameters<typeof dropFile>[]): unknown {
  const finding = findPair(files.map((file) => dropFile(...file)));
  if (finding.kind === 'incomplete') return { missing: finding.missing, have: finding.have.length };
  return [finding.ca.fileName, finding.verification.fileName, finding.extras.map(({ fileName }) => fileName)];
}

test('the halves are told apart by content, whatever the files are called and however they come', () => {
  const [a, b] = [ca(), verification()];
  expect(found(['verification.pem', a], ['ca.pem', b])).toEqual(['verification.pem', 'ca.pem', []]);
  expect(found(['x', b], ['y', a])).toEqual(['y', 'x', []]);
  expect(found(['one.pem', b, a])).toEqual(['one.pem', 'one.pem', []]);
});

test('the issuing CA is found among root, intermediate and verification', () => {
  const middle = testKey('p256', 'middle');
  const intermediate = ca({ subject: commonNames('Issuing'), spki: middle.spki });
  const signed = verification({ issuer: commonNames('Issuing'), signer: middle.privateKey });
  expect(found(['c', signed], ['a', ca()], ['b', intermediate])).toEqual(['b', 'c', ['a']]);
});

test('a CA without the flag is still found by its signature', () => {
  expect(found(['ca', ca({ extensions: [] })], ['v', verification()])).toEqual(['ca', 'v', []]);
});

test('a verification certificate that is a CA is taken when there is no other', () => {
  expect(found(['ca', ca()], ['v', verification({ extensions: [basicConstraints(true)] })])).toEqual(['ca', 'v', []]);
});

test('of two verification certificates the one named like a registration code is taken, then the newer one', () => {
  const named = verification({ subject: commonNames('server') });
  expect(found(['ca', ca()], ['a', named], ['b', verification()])).toEqual(['ca', 'b', ['a']]);
  const newer = verification({ notBefore: 1_775_000_000_000 });
  expect(found(['ca', ca()], ['a', verification()], ['b', newer])).toEqual(['ca', 'b', ['a']]);
});

test('of two CAs with one name the one whose key signed is taken', () => {
  const namesake = ca({ spki: other.spki, signer: other.privateKey, notAfter: 2_090_000_000_000 });
  expect(found(['a', namesake], ['b', ca()], ['v', verification()])).toEqual(['b', 'v', ['a']]);
});

test('a signature counts more than a name', () => {
  const misnamed = verification({ issuer: commonNames('Somebody else') });
  const unrelated = ca({ subject: commonNames('Unrelated'), issuer: commonNames('Unrelated'), spki: other.spki });
  expect(found(['ca', ca()], ['v', misnamed], ['x', unrelated])).toEqual(['ca', 'v', ['x']]);
});

test('without a signature that fits, the names decide', () => {
  const namesake = ca({ spki: other.spki, signer: other.privateKey });
  const unrelated = ca({ subject: commonNames('Unrelated'), issuer: commonNames('Unrelated'), ...keyOf(third) });
  expect(found(['a', namesake], ['v', verification()], ['x', unrelated])).toEqual(['a', 'v', ['x']]);
});

test('a root and its intermediate are no pair while a verification certificate lies beside them', () => {
  const intermediate = ca({ subject: commonNames('Issuing'), spki: other.spki });
  const stranger = verification({ issuer: commonNames('Nobody'), signer: third.privateKey });
  expect(found(['a', ca()], ['b', intermediate], ['v', stranger])).toEqual({ missing: 'ca', have: 3 });
});

test('of exactly two strangers the self-issued one is the CA', () => {
  const stranger = verification({ issuer: commonNames('Nobody'), signer: other.privateKey });
  expect(found(['a', stranger], ['b', ca()])).toEqual(['b', 'a', []]);
});

test('of two self-signed certificates the one that names a code is the verification', () => {
  const selfSigned = verification({ issuer: commonNames(CODE), ...keyOf(other) });
  expect(found(['a', selfSigned], ['b', ca()])).toEqual(['b', 'a', []]);
});

test('three strangers are no pair', () => {
  const stranger = verification({ issuer: commonNames('Nobody'), signer: other.privateKey });
  const unrelated = ca({ subject: commonNames('Unrelated'), issuer: commonNames('Unrelated'), ...keyOf(third) });
  expect(found(['a', stranger], ['b', ca()], ['c', unrelated])).toEqual({ missing: 'ca', have: 3 });
});

test('a lone half says which half is missing', () => {
  expect(found()).toEqual({ missing: 'both', have: 0 });
  expect(found(['a', ca()])).toEqual({ missing: 'verification', have: 1 });
  expect(found(['a', ca({ extensions: [] })])).toEqual({ missing: 'verification', have: 1 });
  expect(found(['a', verification()])).toEqual({ missing: 'ca', have: 1 });
  expect(found(['a', verification({ issuer: commonNames(CODE), ...keyOf(other) })])).toEqual({
    missing: 'ca',
    have: 1,
  });
});

test('the same certificate twice is one half', () => {
  const one = ca();
  expect(found(['a', one], ['b', one])).toEqual({ missing: 'verification', have: 1 });
});

test('many certificates of one name are searched with a bounded number of signature checks', () => {
  const namesakes = Array.from({ length: 64 }, (_, index) => ca({ serial: Buffer.from([1, index]) }));
  const signed = verification({ signer: other.privateKey });
  const files = namesakes.map((der, index) => dropFile(`f${index}`, der));
  const started = process.cpuUsage();
  const finding = findPair([...files, dropFile('v', signed)]);
  const { user, system } = process.cpuUsage(started);
  expect(finding.kind).toBe('pair');
  expect(MAX_SIGNATURE_CHECKS).toBe(48);
  expect(user + system).toBeLessThan(500_000);
});

function keyOf(key: typeof other): Pick<Recipe, 'spki' | 'signer'> {
  return { spki: key.spki, signer: key.privateKey };
}
