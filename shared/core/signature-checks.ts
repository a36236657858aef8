import { keyText } from './certificate-key.ts';
import type { Pair } from './find-pair.ts';
import type { PairProblemCode } from './pair-check-table.ts';
import { type PairProblem, problem } from './pair-problem.ts';
import { checkSignature } from './signature.ts';

/** Extra certificates asked whether they signed the verification certificate; a bundle may hold hundreds. */
const MAX_SUSPECTS = 16;

/** The signing one is no CA while the signed one is: somebody exchanged them. */
export function areSwapped({ ca, verification }: Pair): boolean {
  const { basicConstraints: first } = ca.facts;
  const { basicConstraints: second } = verification.facts;
  return !(first.present && first.ca) && second.present && second.ca;
}

/** Is the verification certificate's issuer the CA's subject, compared as bytes and not as printed text? */
export function issuerNames({ ca, verification }: Pair): readonly PairProblem[] {
  const { issuer } = verification.facts;
  const { subject } = ca.facts;
  if (issuer.der.equals(subject.der)) return [];
  const looksSame = issuer.text === subject.text;
  const found = looksSame ? `${issuer.text}, other bytes: string types or hidden characters` : `issuer ${issuer.text}`;
  return [problem('issuer-mismatch', verification.fileName, found)];
}

/** Was the verification certificate signed with the CA's key? If not, says which mistake it looks like. */
export function signedByCa(pair: Pair): readonly PairProblem[] {
  const { ca, verification } = pair;
  switch (checkSignature(ca.facts, verification.facts)) {
    case 'verified':
      return [];
    case 'refused':
      return [problem('signature-not-checkable', ca.fileName, keyText(ca.facts.key))];
    case 'not-verified':
      return areSwapped(pair) ? [] : [mistake(pair)]; // swapped halves are told already
  }
}

function mistake(pair: Pair): PairProblem {
  const { ca, verification } = pair;
  const found = (code: PairProblemCode, text: string): PairProblem => problem(code, verification.fileName, text);
  if (checkSignature(verification.facts, verification.facts) === 'verified') {
    return found('signed-by-itself', verification.facts.selfIssued ? 'self-signed' : 'signed with its own key');
  }
  if (checkSignature(verification.facts, ca.facts) === 'verified') {
    return found('halves-swapped', `it signed ${ca.fileName}`);
  }
  const signer = pair.extras
    .slice(0, MAX_SUSPECTS)
    .find((extra) => checkSignature(extra.facts, verification.facts) === 'verified');
  if (signer !== undefined) return found('signed-by-other-certificate', `signed by ${signer.facts.subject.text}`);
  const isNamed = verification.facts.issuer.der.equals(ca.facts.subject.der);
  return found(isNamed ? 'signed-by-namesake' : 'signed-by-stranger', `issuer ${verification.facts.issuer.text}`);
}
