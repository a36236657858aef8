import { OUTCOME_KINDS, type OutcomeKind, type OutcomeKindFacts } from '../outcome-table.ts';
import { type EpochMs, hours } from '../time.ts';

/** An event that proves conditions of an instance to be over. */
export interface EndProof {
  readonly kinds: readonly OutcomeKind[];
  readonly instance: string;
  readonly at: EpochMs;
}

/** Proofs that are remembered: for more instances than one deployment serves (50). */
const PROOFS_KEPT = 200;

/** A condition whose beginning is told later than this after it ended is given up as unreported instead. */
const REMEMBERED = hours(26);

const ENDED_BY_OTHERS: ReadonlySet<OutcomeKind> = new Set(
  Object.values(OUTCOME_KINDS).flatMap(({ ends = [] }: OutcomeKindFacts) => [...ends]),
);

/** Whether such outcomes are proofs, or are ended by some: which instance they are about must be known of all of them. */
export function bearsOnProofs(kind: OutcomeKind): boolean {
  return isProof(kind) || ENDED_BY_OTHERS.has(kind);
}

/** Whether such outcomes prove something to be over. */
export function isProof(kind: OutcomeKind): boolean {
  return endsOf(kind).length > 0;
}

/** The kinds of conditions that an outcome of this kind proves to be over. */
export function endsOf(kind: OutcomeKind): readonly OutcomeKind[] {
  const facts: OutcomeKindFacts = OUTCOME_KINDS[kind];
  return facts.ends ?? [];
}

/** What proves a condition of an instance, whose newest event happened then, to be over: the newest of the proofs. */
export function proofOf(
  proofs: readonly EndProof[],
  condition: { readonly kind: OutcomeKind; readonly instance: string | undefined; readonly lastAt: EpochMs },
): EndProof | undefined {
  return proofs
    .filter(
      ({ at, instance, kinds }) =>
        kinds.includes(condition.kind) && instance === condition.instance && condition.lastAt <= at,
    )
    .reduce<EndProof | undefined>(
      (newest, one) => (newest === undefined || one.at > newest.at ? one : newest),
      undefined,
    );
}

/** Proofs that still matter, the newest of each instance and kind, so that what is told later than its end ends as well. */
export function rememberedProofs(proofs: readonly EndProof[], now: EpochMs): readonly EndProof[] {
  const newest = new Map<string, EndProof>();
  for (const proof of proofs) {
    const name = `${proof.instance} ${proof.kinds.join(' ')}`;
    if (now - proof.at > REMEMBERED || (newest.get(name)?.at ?? 0) > proof.at) continue;
    newest.set(name, proof);
  }
  return [...newest.values()].sort((a, b) => a.at - b.at).slice(-PROOFS_KEPT);
}
