import type { CertificateFacts } from '../../shared/core/certificate-facts.ts';
import { type DropFileContent, readDropFile } from '../../shared/core/drop-file.ts';
import type { Located, Pair } from '../../shared/core/find-pair.ts';
import { epochMs } from '../../shared/core/time.ts';
import {
  caRecipe,
  factsOf,
  type KeyType,
  makeDer,
  NOW_MS,
  pem,
  type Recipe,
  verificationRecipe,
} from './certificates.ts';

/** The moment of the tests and no known registration code. */
export const CONTEXT = { now: epochMs(NOW_MS), handedOutCodeHashes: [] } as const;

/** A certificate as if it came from a file of this name. */
export function located(der: Buffer, fileName: string): Located {
  return { facts: factsOf(der), fileName };
}

/** A pair told apart already: `ca.pem` and `verification.pem`, with one-line changes to either. */
export function pairOf(
  changes: { readonly ca?: Partial<Recipe>; readonly verification?: Partial<Recipe>; readonly type?: KeyType } = {},
): Pair {
  const type = changes.type ?? 'p256';
  return {
    ca: located(makeDer(caRecipe(type, changes.ca)), 'ca.pem'),
    verification: located(makeDer(verificationRecipe(type, changes.verification)), 'verification.pem'),
    extras: [],
  };
}

/** An uploaded file with these certificates in PEM. */
export function dropFile(name: string, ...certificates: readonly (Buffer | CertificateFacts)[]): DropFileContent {
  const text = certificates.map((one) => (Buffer.isBuffer(one) ? pem(one) : one.pem)).join('');
  return readDropFile({ name, bytes: Buffer.from(text) });
}
