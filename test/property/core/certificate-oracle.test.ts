import 'reflect-metadata'; // tsyringe, inside @peculiar/x509, needs it loaded first
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCertificate } from '../../../shared/core/certificate.ts';
import type { CertificateFacts } from '../../../shared/core/certificate-facts.ts';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import {
  basicConstraints,
  caRecipe,
  factsOf,
  type KeyType,
  keyUsage,
  makeDer,
  rdn,
} from '../../support/certificates.ts';
import { corpus, isCorpusExpected } from '../../support/corpora.ts';
import { sequence } from '../../support/der-writer.ts';

/** What two readers of a certificate must agree on. */
interface Reading {
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly commonNames: readonly string[];
  readonly ca: boolean | undefined;
  readonly pathLength: number | undefined;
  readonly keyCertSign: boolean | undefined;
  readonly selfIssued: boolean;
}

function ours(facts: CertificateFacts): Reading {
  const { basicConstraints: constraints, keyUsage: usage } = facts;
  return {
    serial: facts.serialDerHex.replace(/^00(?=..)/, ''),
    notBefore: facts.notBefore,
    notAfter: facts.notAfter,
    commonNames: facts.commonNames,
    ca: constraints.present ? constraints.ca : undefined,
    pathLength: constraints.present ? constraints.pathLength : undefined,
    keyCertSign: usage.present ? usage.keyCertSign : undefined,
    selfIssued: facts.selfIssued,
  };
}

function peculiar(der: Buffer): Reading {
  const certificate = new x509.X509Certificate(der);
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
  const usage = certificate.getExtension(x509.KeyUsagesExtension);
  const bytesOf = (name: x509.Name): string => Buffer.from(name.toArrayBuffer()).toString('hex');
  return {
    serial: certificate.serialNumber.replace(/^00(?=..)/, ''),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    commonNames: certificate.subjectName.getField('CN'),
    ca: constraints?.ca,
    pathLength: constraints?.pathLength,
    keyCertSign: usage === null ? undefined : (usage.usages & x509.KeyUsageFlags.keyCertSign) !== 0,
    selfIssued: bytesOf(certificate.subjectName) === bytesOf(certificate.issuerName),
  };
}

const printable = fc.stringMatching(/^[A-Za-z0-9 .-]{1,30}$/);
const names = fc
  .array(fc.tuple(fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11'), fc.constantFrom(0x0c, 0x13), printable), {
    maxLength: 5,
  })
  .map((attributes) => sequence(...attributes.map(([type, tag, text]) => rdn(type, tag, Buffer.from(text)))));
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => value * 1000);

const recipes = fc.record({
  type: fc.constantFrom<KeyType>('p256', 'p384', 'ed25519', 'rsa-2048-65537'),
  subject: names,
  isSelfIssued: fc.boolean(),
  issuer: names,
  serial: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((octets) => Buffer.from([0x01, ...octets])),
  notBefore: seconds,
  notAfter: seconds,
  flags: fc.option(
    fc.record({ ca: fc.boolean(), critical: fc.boolean(), pathLength: fc.integer({ min: -1, max: 200 }) }),
  ),
  // X.690 11.2.2: a DER bit string of flags ends with its last one bit, so the low bit set keeps the test material exact.
  usage: fc.option(fc.integer({ min: 0, max: 127 }).map((bits) => bits * 2 + 1)),
});

test('our reading of a generated certificate is that of @peculiar/x509', () => {
  fc.assert(
    fc.property(recipes, ({ type, flags, usage, isSelfIssued, ...recipe }) => {
      const extensions = [
        ...(flags === null ? [] : [basicConstraints(flags.ca, flags)]),
        ...(usage === null ? [] : [keyUsage(usage)]),
      ];
      const issuer = isSelfIssued ? recipe.subject : recipe.issuer;
      const der = makeDer(caRecipe(type, { ...recipe, issuer, extensions }));
      expect(ours(factsOf(der))).toEqual(peculiar(der));
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('fingerprint, key and CA flag of a generated certificate are those node:crypto sees', () => {
  fc.assert(
    fc.property(recipes, ({ type, flags, usage, isSelfIssued: _, ...recipe }) => {
      const extensions = [
        ...(flags === null ? [] : [basicConstraints(flags.ca, flags)]),
        ...(usage === null ? [] : [keyUsage(usage)]),
      ];
      const facts = factsOf(makeDer(caRecipe(type, { ...recipe, extensions })));
      const node = new X509Certificate(facts.der);
      expect(facts.fingerprint).toBe(node.fingerprint256.replaceAll(':', '').toLowerCase());
      expect(facts.publicKeyDer.equals(node.publicKey.export({ type: 'spki', format: 'der' }))).toBe(true);
      const isCa = flags?.ca === true && (usage === null || (usage & 0x04) !== 0);
      expect(facts.caByOpenssl).toBe(isCa);
    }),
    { numRuns: 200, seed: 2 },
  );
});

test.skipIf(!isCorpusExpected('ca-certificates'))(
  // not on Debian, and not in the gate, which always runs it
  'our reading of every root Debian ships is that of @peculiar/x509',
  () => {
    const roots = corpus('ca-certificates').flatMap((file) => readDropFile(file).certificates);
    expect(roots.length).toBeGreaterThan(100);
    for (const facts of roots) expect(ours(facts)).toEqual(peculiar(facts.der));
  },
);

test.skipIf(!isCorpusExpected('ca-certificates'))(
  // not on Debian, and not in the gate, which always runs it
  'RSA and EC keys of every root Debian ships have the size node:crypto sees',
  () => {
    for (const facts of corpus('ca-certificates').flatMap((file) => readDropFile(file).certificates)) {
      const details = new X509Certificate(facts.der).publicKey.asymmetricKeyDetails;
      if (facts.key.kind === 'rsa') {
        expect(facts.key.bits).toBe(details?.modulusLength);
        expect(BigInt(facts.key.exponent ?? 0)).toBe(details?.publicExponent);
      } else {
        expect(facts.key.kind).toBe('ec');
        expect(details?.namedCurve).toMatch(/^(?:prime256v1|secp384r1|secp521r1)$/);
      }
    }
  },
);

test('no octets make the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      expect(readCertificate(Buffer.from([0x30, ...octets])).kind).toBe('unreadable');
    }),
    { numRuns: 3000, seed: 3 },
  );
});
