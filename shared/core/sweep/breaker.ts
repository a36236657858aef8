import type { RuleInputs } from './sweep-outcome.ts';

/** What the breaker weighs for one CA. */
export interface BreakerCounts {
  /** Devices that passed every other guardrail, and those of them that a release lets through in any case. */
  readonly survivors: number;
  readonly released: number;
  /** Reactivations that were set out for in the last 24 hours: under this CA, and on the whole instance. */
  readonly actedUnderCa: number;
  readonly actedOnInstance: number;
  /** Watched devices of this CA that the service has. */
  readonly registeredWatched: number;
}

const FLOOR = 10;
const CEILING = 100;
const INSTANCE_LIMIT = 200;

/** How many reactivations one CA may need in 24 hours: 1 % of its registered watched devices, from 10 to 100. */
export function breakerLimit(registeredWatched: number): number {
  return Math.max(FLOOR, Math.min(Math.floor(registeredWatched / 100), CEILING));
}

/**
 * Trips when too many devices would be switched on: that many inactive ones at once were switched off by somebody who
 * knew what they did, or by something that must be understood first. Then nothing under the CA is touched.
 */
export function weigh(counts: BreakerCounts): { readonly isOpen: boolean; readonly inputs: RuleInputs } {
  const { actedOnInstance, actedUnderCa, registeredWatched, released, survivors } = counts;
  const limit = breakerLimit(registeredWatched);
  const isOver = survivors + actedUnderCa > limit || survivors + actedOnInstance > INSTANCE_LIMIT;
  return {
    isOpen: survivors > released && isOver, // without anybody to stop there is nothing to tell
    inputs: {
      survivors,
      released,
      actedUnderCa,
      actedOnInstance,
      registeredWatched,
      limit,
      instanceLimit: INSTANCE_LIMIT,
    },
  };
}
