import type { CertificateFacts, SignatureHash } from './certificate-facts.ts';
import { COMMON_CURVES, keyText } from './certificate-key.ts';
import type { Located } from './find-pair.ts';
import type { PairHalf } from './pair-check-table.ts';
import { type PairProblem, problem, problemOfHalf } from './pair-problem.ts';
import { isSoundExponent } from './signature.ts';
import { days, type EpochMs, isoOf } from './time.ts';

/** Shorter RSA keys are refused by OpenSSL's default security level and by every public CA rule since 2014. */
export const RSA_MIN_BITS = 2048;

/** A CA with no more time left than this is worth a warning. */
export const CA_ENDS_SOON = days(365);

/** Collisions are practical for all of these. */
const WEAK_HASHES: ReadonlySet<SignatureHash> = new Set<SignatureHash>(['md2', 'md5', 'sha1']);

/** Is basicConstraints there, and does it say CA? */
export function caFlag({ facts, fileName }: Located): readonly PairProblem[] {
  const { basicConstraints } = facts;
  if (!basicConstraints.present) return [problem('ca-basic-constraints-missing', fileName, 'basicConstraints: none')];
  return basicConstraints.ca ? [] : [problem('ca-flag-false', fileName, 'basicConstraints: CA:FALSE')];
}

/** May the key sign certificates? No keyUsage allows everything. */
export function caKeyUsage({ facts, fileName }: Located): readonly PairProblem[] {
  if (!facts.keyUsage.present || facts.keyUsage.keyCertSign) return [];
  return [problem('ca-key-usage', fileName, 'keyUsage without keyCertSign')];
}

/** Does OpenSSL read the same out of the extensions? Repeated and malformed ones are invalid to it. */
export function caReadings({ facts, fileName }: Located): readonly PairProblem[] {
  if (facts.caByOpenssl === isCaByFlags(facts)) return [];
  return [problem('ca-extensions-invalid', fileName, `OpenSSL reads CA:${facts.caByOpenssl ? 'TRUE' : 'FALSE'}`)];
}

/** Does the serial identify the certificate? */
export function caSerial({ facts, fileName }: Located): readonly PairProblem[] {
  if (facts.serial.kind === 'serial') return [];
  return [problem(`serial-${facts.serial.problem}`, fileName, facts.serialDerHex)];
}

/** Is a certificate in date? Both ends belong to the validity (RFC 5280 section 4.1.2.5). */
export function validity(half: PairHalf, { facts, fileName }: Located, now: EpochMs): readonly PairProblem[] {
  if (now > facts.notAfter) return [problem(`${half}-expired`, fileName, `notAfter ${isoOf(facts.notAfter)}`)];
  if (now < facts.notBefore) return [problem(`${half}-not-yet-valid`, fileName, `notBefore ${isoOf(facts.notBefore)}`)];
  return [];
}

/** Is an RSA key long enough and its exponent one that verification accepts? */
export function rsaKey(half: PairHalf, { facts, fileName }: Located): readonly PairProblem[] {
  const { key } = facts;
  if (key.kind !== 'rsa') return [];
  const problems: PairProblem[] = [];
  if (key.bits < RSA_MIN_BITS) problems.push(problemOfHalf('rsa-too-short', half, fileName, keyText(key)));
  if (!isSoundExponent(key)) {
    const exponent = key.exponent === undefined ? `${key.exponentBits} bits` : String(key.exponent);
    problems.push(problemOfHalf('rsa-exponent', half, fileName, `exponent: ${exponent}`));
  }
  return problems;
}

/** Is the CA's key of a type the service documents (RSA and ECC) and chains are verified with? */
export function caKeyType({ facts, fileName }: Located): readonly PairProblem[] {
  const { key } = facts;
  const isExplicit = key.kind === 'ec' && key.curve === 'explicit'; // OpenSSL: X509_V_ERR_EC_KEY_EXPLICIT_PARAMS
  return key.kind === 'other' || isExplicit ? [problem('key-unsupported', fileName, keyText(key))] : [];
}

/** Is the signature on it made with a hash that still counts? */
export function signatureHash(half: PairHalf, { facts, fileName }: Located): readonly PairProblem[] {
  const { hash } = facts.signatureAlgorithm;
  return WEAK_HASHES.has(hash) ? [problemOfHalf('signature-weak', half, fileName, hash.toUpperCase())] : [];
}

/** Warns about a CA certificate that works but not everywhere, or not for long. */
export function caWarnings({ facts, fileName }: Located, now: EpochMs): readonly PairProblem[] {
  const { basicConstraints: constraints } = facts;
  const problems: PairProblem[] = [];
  if (constraints.present && constraints.ca && !constraints.critical) {
    problems.push(problem('basic-constraints-not-critical', fileName, 'basicConstraints: not critical'));
  }
  if (constraints.present && constraints.pathLength !== undefined) {
    problems.push(problem('path-length-limited', fileName, `pathlen: ${constraints.pathLength}`));
  }
  if (facts.subject.isEmpty) problems.push(problem('ca-subject-empty', fileName, 'subject: none'));
  const isInDate = now <= facts.notAfter;
  if (isInDate && facts.notAfter - now <= CA_ENDS_SOON) {
    problems.push(problem('ca-ends-soon', fileName, `notAfter ${isoOf(facts.notAfter)}`));
  }
  return problems;
}

/** Warns about curves that some stack will not know. */
export function unusualCurve(half: PairHalf, { facts, fileName }: Located): readonly PairProblem[] {
  const { key } = facts;
  const isUsual = key.kind === 'rsa' || key.kind === 'other' || (key.kind === 'ec' && COMMON_CURVES.has(key.curve));
  if (isUsual || (key.kind === 'ec' && key.curve === 'explicit')) return [];
  return [problemOfHalf('curve-unusual', half, fileName, keyText(key))];
}

/** Our own reading of "may sign certificates", by OpenSSL's rule (`X509_check_ca` answers 1). */
function isCaByFlags({ basicConstraints, keyUsage }: CertificateFacts): boolean {
  return basicConstraints.present && basicConstraints.ca && (!keyUsage.present || keyUsage.keyCertSign);
}
