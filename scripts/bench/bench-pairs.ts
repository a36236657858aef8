import { caRecipe, commonNames, makeDer, pem, verificationRecipe } from '../../test/support/certificates.ts';

/** PEM of a CA and of the verification certificate it signed. */
export interface BenchPair {
  readonly ca: string;
  readonly verification: string;
}

const DAY_MS = 86_400_000;

/**
 * Makes a sound P-256 pair in well under a millisecond: all pairs share one key, and only the serial and the code differ.
 *
 * @param number - Becomes the CA's serial, so that no two pairs are the same CA to the service; at least 1.
 */
export function makeBenchPair(number: number, registrationCode: string, now: number): BenchPair {
  const serial = Buffer.alloc(8);
  serial.writeUInt32BE(0x10_00_00_00, 0); // a full-length serial without a leading zero
  serial.writeUInt32BE(number, 4);
  const validity = { notBefore: now - DAY_MS, notAfter: now + 3650 * DAY_MS };
  const subject = commonNames(registrationCode);
  return {
    ca: pem(makeDer(caRecipe('p256', { serial, ...validity }))),
    verification: pem(makeDer(verificationRecipe('p256', { subject, ...validity }))),
  };
}
