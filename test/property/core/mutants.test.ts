import { expect, test } from 'vitest';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { describeProblem } from '../../../shared/core/pair-problem.ts';
import { caRecipe, type KeyType, makeDer, pem, verificationRecipe } from '../../support/certificates.ts';
import { problemsOf } from '../../support/problem-samples.ts';
import { slowest } from '../../support/slowest.ts';

const MUTANTS = 40_000;
const LIMIT_MS = 50;
const TYPES: readonly KeyType[] = ['p256', 'rsa-2048-65537', 'ed25519'];

/** Mulberry32: a small generator with a seed, the same mutants on every machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Mutation = (bytes: Buffer, pick: (below: number) => number) => Buffer;

/** Octets that mean much in DER: lengths, tags, extremes. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff, 0x02, 0x03, 0x04, 0x30, 0x31, 0xa0, 0xa3, 0x1f];

const MUTATIONS: readonly Mutation[] = [
  (bytes, pick) => changed(bytes, pick(bytes.length), (octet) => octet ^ (1 << pick(8))),
  (bytes, pick) => changed(bytes, pick(bytes.length), () => pick(256)),
  (bytes, pick) => changed(bytes, pick(bytes.length), () => TELLING[pick(TELLING.length)] ?? 0),
  (bytes, pick) => changed(bytes, pick(bytes.length), (octet) => (octet + (pick(2) === 0 ? 1 : 255)) & 0xff),
  (bytes, pick) => bytes.subarray(0, pick(bytes.length)), // cut
  (bytes, pick) => spliced(bytes, pick(bytes.length), 1 + pick(16), Buffer.alloc(0)), // taken out
  (bytes, pick) => spliced(bytes, pick(bytes.length), 0, Buffer.alloc(1 + pick(16), pick(256))), // put in
  (bytes, pick) => {
    const [from, to, length] = [pick(bytes.length), pick(bytes.length), 1 + pick(64)];
    return spliced(bytes, to, 0, Buffer.from(bytes.subarray(from, from + length))); // doubled
  },
];

function changed(bytes: Buffer, at: number, change: (octet: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

function spliced(bytes: Buffer, at: number, take: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + take)]);
}

interface Mutant {
  readonly ca: Buffer;
  readonly verification: Buffer;
}

/** Pairs of which one half is mutated one to four times, as DER, as PEM of mutated DER, or as mutated PEM. */
function* mutants(): Generator<Mutant> {
  const pick = numbers(20_260_601);
  const seeds = TYPES.map((type) => ({
    ca: makeDer(caRecipe(type)),
    verification: makeDer(verificationRecipe(type)),
  }));
  const one = (der: Buffer): Buffer => {
    const form = pick(8);
    let bytes = form === 0 ? Buffer.from(pem(der)) : der;
    for (let count = 1 + pick(4); count > 0; count -= 1) {
      bytes = MUTATIONS[pick(MUTATIONS.length)]?.(bytes, pick) ?? bytes;
      if (bytes.length === 0) break;
    }
    return form >= 1 && form <= 4 ? Buffer.from(pem(bytes)) : bytes;
  };
  for (let count = 0; count < MUTANTS; count += 1) {
    const seed = seeds[count % seeds.length];
    if (seed === undefined) return;
    yield pick(2) === 0 ? { ...seed, ca: one(seed.ca) } : { ...seed, verification: one(seed.verification) };
  }
}

test('40,000 mutated pairs pass through reading, finding and checking without a crash, a hang or a slow answer', () => {
  let readable = 0;
  let blocked = 0;
  let count = 0;
  const { worstMs } = slowest(mutants(), ({ ca, verification }) => {
    const files = [
      readDropFile({ name: 'ca', bytes: ca }),
      readDropFile({ name: 'verification', bytes: verification }),
    ];
    const problems = problemsOf(files);
    for (const problem of problems) describeProblem(problem, 'en');
    count += 1;
    readable += files.every(({ certificates }) => certificates.length === 1) ? 1 : 0;
    blocked += problems.some(({ severity }) => severity === 'block') ? 1 : 0;
  });
  expect(worstMs).toBeLessThan(LIMIT_MS);
  expect(count).toBeGreaterThanOrEqual(MUTANTS);
  // The mutants are worth something: thousands are still certificates, and of those nearly all are refused.
  expect(readable).toBeGreaterThan(4000);
  expect(blocked).toBeGreaterThan(MUTANTS * 0.9);
});
