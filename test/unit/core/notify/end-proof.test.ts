import { expect, test } from 'vitest';
import {
  bearsOnProofs,
  type EndProof,
  isProof,
  proofOf,
  rememberedProofs,
} from '../../../../shared/core/notify/end-proof.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../../../shared/core/outcome-table.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const HOUR = 3_600_000;
const proof = (instance: string, at: number): EndProof => ({
  kinds: ['registration-blocked', 'registration-postponed'],
  instance,
  at: epochMs(at),
});
const blocked = (instance: string | undefined, lastAt: number) => ({
  ...{ kind: 'registration-blocked' as const, instance, lastAt: epochMs(lastAt) },
});

test('only a registration is a proof, and it bears on nothing but registrations that did not come about', () => {
  const kinds = Object.keys(OUTCOME_KINDS) as OutcomeKind[];
  expect(kinds.filter(isProof)).toEqual(['ca-registered']);
  expect(kinds.filter(bearsOnProofs).sort()).toEqual([
    'ca-registered',
    'registration-blocked',
    'registration-postponed',
  ]);
});

test('a condition is over by the newest proof of its own instance that is not older than its newest event', () => {
  const proofs = [proof('a', 10), proof('a', 20), proof('b', 30)];
  expect(proofOf(proofs, blocked('a', 10))?.at).toBe(20);
  expect(proofOf(proofs, blocked('a', 20))?.at).toBe(20);
  expect(proofOf(proofs, blocked('a', 21))).toBeUndefined();
  expect(proofOf(proofs, blocked('c', 1))).toBeUndefined();
  expect(proofOf(proofs, blocked(undefined, 1))).toBeUndefined();
  expect(proofOf(proofs, { ...blocked('a', 1), kind: 'pause-standing' })).toBeUndefined();
});

test('of each instance the newest proof is remembered for 26 hours, and never more than 200', () => {
  const now = epochMs(1000 * HOUR);
  expect(rememberedProofs([proof('a', now - 2), proof('a', now - 1), proof('a', now - 3)], now)).toEqual([
    proof('a', now - 1),
  ]);
  expect(rememberedProofs([proof('a', now - 27 * HOUR)], now)).toEqual([]);
  const many = Array.from({ length: 300 }, (_, n) => proof(`i${n}`, now - n));
  expect(rememberedProofs(many, now)).toHaveLength(200);
  expect(rememberedProofs(many, now).at(-1)).toEqual(proof('i0', now));
});
