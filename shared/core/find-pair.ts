import type { CertificateFacts } from './certificate-facts.ts';
import type { DropFileContent } from './drop-file.ts';
import { isCodeShaped } from './registration-code.ts';
import { checkSignature } from './signature.ts';

/** A certificate and the file it came from. */
export interface Located {
  readonly facts: CertificateFacts;
  readonly fileName: string;
}

/** The CA certificate and the verification certificate of a drop, and the certificates that are neither. */
export interface Pair {
  readonly ca: Located;
  readonly verification: Located;
  readonly extras: readonly Located[];
}

/** Which half a drop lacks. */
export type MissingHalf = 'ca' | 'verification' | 'both';

/** What a drop has of a pair. */
export type PairFinding =
  | ({ readonly kind: 'pair' } & Pair)
  | { readonly kind: 'incomplete'; readonly have: readonly Located[]; readonly missing: MissingHalf };

/**
 * Signature checks one search may spend. Twenty files of 32 blocks make 400,000 combinations; a drop of people needs
 * two or three.
 */
export const MAX_SIGNATURE_CHECKS = 48;

/**
 * Finds the pair of a drop by content; file names play no part but to order equals.
 *
 * A is the CA and B the verification certificate when they differ and (1) A's key verifies B, preferring a B that is
 * no CA; else (2) A's subject is B's issuer; else (3) there are exactly two and A is the self-issued one. The same
 * certificate in several files counts once. That A may act as a CA is left to the checks. B is looked for among the
 * certificates that name a registration code and are no CA, if there are any.
 */
export function findPair(files: readonly DropFileContent[]): PairFinding {
  const all = distinct(files);
  const found = signedPair(all) ?? namedPair(all) ?? lastTwo(all);
  if (found === undefined) return { kind: 'incomplete', have: all, missing: missingHalf(all) };
  const [ca, verification] = found;
  return { kind: 'pair', ca, verification, extras: all.filter((one) => one !== ca && one !== verification) };
}

type Two = readonly [ca: Located, verification: Located];

/** Every certificate once, in an order that does not depend on how the listing came. */
function distinct(files: readonly DropFileContent[]): readonly Located[] {
  const byFingerprint = new Map<string, Located>();
  const ordered = [...files].sort((a, b) => compare(a.name, b.name));
  for (const file of ordered) {
    for (const facts of file.certificates) {
      if (!byFingerprint.has(facts.fingerprint)) byFingerprint.set(facts.fingerprint, { facts, fileName: file.name });
    }
  }
  return [...byFingerprint.values()];
}

/** Candidates by name first: most pairs are settled by their first signature check. */
function signedPair(all: readonly Located[]): Two | undefined {
  let checksLeft = MAX_SIGNATURE_CHECKS;
  for (const candidates of [namedCandidates(all), unnamedCandidates(all)]) {
    for (const [ca, verification] of candidates) {
      if (checksLeft === 0) return undefined;
      checksLeft -= 1;
      if (checkSignature(ca.facts, verification.facts) === 'verified') return [ca, verification];
    }
  }
  return undefined;
}

function namedPair(all: readonly Located[]): Two | undefined {
  const [first] = namedCandidates(all);
  return first;
}

function lastTwo(all: readonly Located[]): Two | undefined {
  if (all.length !== 2) return undefined;
  const issuers = all.filter(({ facts }) => facts.selfIssued);
  const [ca] = issuers.length === 1 ? issuers : asIssuers(all);
  const verification = all.find((one) => one !== ca);
  return ca === undefined || verification === undefined ? undefined : [ca, verification];
}

/** (A, B) with A.subject = B.issuer, the likeliest first. Lazy: nobody looks at more than a few. */
function* namedCandidates(all: readonly Located[]): Generator<Two> {
  const bySubject = groupBySubject(asIssuers(all));
  for (const verification of asVerifications(all)) {
    for (const ca of bySubject.get(nameKey(verification.facts.issuer.der)) ?? []) {
      if (ca !== verification) yield [ca, verification];
    }
  }
}

function groupBySubject(all: readonly Located[]): ReadonlyMap<string, readonly Located[]> {
  const groups = new Map<string, Located[]>();
  for (const one of all) {
    const key = nameKey(one.facts.subject.der);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/** The rest: a key may sign under another name, which the checks then report as what it is. */
function* unnamedCandidates(all: readonly Located[]): Generator<Two> {
  const issuers = asIssuers(all);
  for (const verification of asVerifications(all)) {
    for (const ca of issuers) {
      const isNamed = ca.facts.subject.der.equals(verification.facts.issuer.der);
      if (ca !== verification && !isNamed) yield [ca, verification];
    }
  }
}

/**
 * Likeliest verification certificate first: no CA, a common name like a registration code, the newest. Where something
 * is plainly made for a code, nothing else is considered: a root that signed its intermediate must not pass for a pair
 * while the real verification certificate, signed by somebody else, lies beside them.
 */
function asVerifications(all: readonly Located[]): readonly Located[] {
  const plain = all.filter(({ facts }) => !facts.caByOpenssl && namesCode(facts));
  const rank = ({ facts }: Located): number => (facts.caByOpenssl ? 2 : 0) + (namesCode(facts) ? 0 : 1);
  return sortedBy(plain.length > 0 ? plain : all, rank, ({ facts }) => 0 - facts.notBefore);
}

/** Likeliest issuer first: may act as a CA, self-issued, valid the longest. */
function asIssuers(all: readonly Located[]): readonly Located[] {
  const rank = ({ facts }: Located): number =>
    (facts.caByOpenssl ? 0 : 4) + (facts.selfIssued ? 0 : 2) + (namesCode(facts) ? 1 : 0);
  return sortedBy(all, rank, ({ facts }) => 0 - facts.notAfter);
}

/** By the first number that differs; equals keep their order. */
function sortedBy(all: readonly Located[], ...keys: readonly ((one: Located) => number)[]): readonly Located[] {
  return all.toSorted((a, b) => keys.map((key) => key(a) - key(b)).find((difference) => difference !== 0) ?? 0);
}

/** Alone, a certificate counts as a CA when it may act as one, or issued itself and does not name a code. */
function missingHalf(all: readonly Located[]): MissingHalf {
  if (all.length === 0) return 'both';
  const isCa = ({ facts }: Located): boolean => facts.caByOpenssl || (facts.selfIssued && !namesCode(facts));
  return all.every(isCa) ? 'verification' : 'ca';
}

function namesCode(facts: CertificateFacts): boolean {
  return facts.commonNames.some(isCodeShaped);
}

function nameKey(der: Buffer): string {
  return der.toString('latin1');
}

/** By code unit: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
