import {
  caFlag,
  caKeyType,
  caKeyUsage,
  caReadings,
  caSerial,
  caWarnings,
  rsaKey,
  signatureHash,
  unusualCurve,
  validity,
} from './certificate-checks.ts';
import { commonName, commonNameWarnings } from './common-name-checks.ts';
import type { Located, Pair } from './find-pair.ts';
import type { PairHalf } from './pair-check-table.ts';
import { type PairProblem, problem } from './pair-problem.ts';
import { areSwapped, issuerNames, signedByCa } from './signature-checks.ts';
import type { EpochMs } from './time.ts';

/** What the checks know besides the pair. */
export interface PairContext {
  readonly now: EpochMs;
  /** SHA-256 (lower-case hex) of the registration codes handed out for this drop; empty when none is known. */
  readonly handedOutCodeHashes: readonly string[];
}

/** One question asked of a pair; answers with a problem for every "no". */
type PairCheck = (pair: Pair, context: PairContext) => readonly PairProblem[];

/** In the order a person would mend things. */
const PAIR_CHECKS: readonly PairCheck[] = [
  halvesInPlace, // is this the CA file at all, or are the two the wrong way round?
  ({ ca }) => caKeyUsage(ca), // may its key sign certificates?
  ({ ca }) => caReadings(ca), // would OpenSSL say so too?
  ({ ca }) => caSerial(ca), // can the service tell it apart?
  ({ ca }, { now }) => validity('ca', ca, now), // would the broker accept it today?
  ({ verification }, { now }) => validity('verification', verification, now), // and its proof?
  eachHalf(rsaKey), // are the keys strong enough?
  ({ ca }) => caKeyType(ca), // is it a kind of key the service takes?
  eachHalf(signatureHash), // do the signatures still count?
  issuerNames, // does the verification certificate name this CA?
  signedByCa, // does the uploader hold the CA key?
  ({ verification }) => commonName(verification), // was it made for a registration code?
  ({ verification }, { handedOutCodeHashes }) => commonNameWarnings(verification, handedOutCodeHashes), // for which?
  ({ ca }, { now }) => caWarnings(ca, now), // will it do for the years to come?
  eachHalf(unusualCurve), // will every device know the curve?
  verificationWarnings, // is the proof more than a proof?
  extraCertificates, // what was uploaded and not used?
];

/**
 * Checks a pair: everything that can be known without the service. All problems are reported together, the blocking
 * ones first among equals only by the order above. Pure; at most about 20 signature checks, usually one.
 */
export function checkPair(pair: Pair, context: PairContext): readonly PairProblem[] {
  return PAIR_CHECKS.flatMap((check) => check(pair, context));
}

/** One question asked of both certificates. */
function eachHalf(check: (half: PairHalf, certificate: Located) => readonly PairProblem[]): PairCheck {
  return ({ ca, verification }) => [...check('ca', ca), ...check('verification', verification)];
}

function halvesInPlace(pair: Pair): readonly PairProblem[] {
  if (!areSwapped(pair)) return caFlag(pair.ca);
  return [problem('halves-swapped', pair.ca.fileName, 'CA:FALSE, the other one CA:TRUE')];
}

function verificationWarnings({ ca, verification }: Pair): readonly PairProblem[] {
  const problems: PairProblem[] = [];
  const { basicConstraints } = verification.facts;
  if (basicConstraints.present && basicConstraints.ca) {
    problems.push(problem('verification-is-ca', verification.fileName, 'basicConstraints: CA:TRUE'));
  }
  if (verification.facts.publicKeyDer.equals(ca.facts.publicKeyDer)) {
    problems.push(problem('same-public-key', verification.fileName, `SHA-256 ${ca.facts.fingerprint.slice(0, 16)}`));
  }
  return problems;
}

/** One line for each, up to a handful: a bundle of hundreds needs no hundred lines. */
function extraCertificates({ extras }: Pair): readonly PairProblem[] {
  return extras
    .slice(0, MAX_EXTRAS_TOLD)
    .map(({ facts, fileName }) => problem('extra-certificate', fileName, facts.subject.text));
}

const MAX_EXTRAS_TOLD = 8;
