import type { LastingReasons } from './ca-findings.ts';
import type { VetoKind } from './guardrails.ts';

/** Takes in the inactive devices of a CA that a guardrail stopped, one after the other. */
export interface LastingTable {
  readonly note: (stopped: StoppedDevice) => void;
  readonly reasons: () => LastingReasons;
}

/** What is true of an inactive device that a guardrail stopped. */
export interface StoppedDevice {
  /** Every guardrail that says no to it. */
  readonly vetoes: readonly VetoKind[];
  /** Switched off again, released or not: a release that did not let it through has ended nothing. */
  readonly isFlapping: boolean;
  /** The code with which its last activation failed, if it did. */
  readonly lastFailure: string | undefined;
}

/** What passes by itself, or is mended for all devices at once: behind it nobody knows what the breaker would say. */
const PASSING: readonly VetoKind[] = ['paused', 'controls-unreadable', 'ca-not-active', 'waiting'];
const HELD: readonly VetoKind[] = ['held', 'hold-expired'];

/** An empty table. */
export function lastingTable(): LastingTable {
  const all: Partial<Record<VetoKind, number>> = {};
  const notHeld: Partial<Record<VetoKind, number>> = {};
  const failures = new Set<string>();
  let masked = 0;
  return {
    note: ({ isFlapping, lastFailure, vetoes }) => {
      if (lastFailure !== undefined) failures.add(lastFailure);
      const isHeld = vetoes.some((veto) => HELD.includes(veto));
      for (const veto of isFlapping ? new Set([...vetoes, 'flapping' as const]) : vetoes) {
        all[veto] = (all[veto] ?? 0) + 1;
        if (!isHeld) notHeld[veto] = (notHeld[veto] ?? 0) + 1;
      }
      // Of a released one that flaps as well: the breaker is what it comes to next.
      if (vetoes.length > 0 && vetoes.every((veto) => PASSING.includes(veto))) masked += 1;
    },
    reasons: () => ({ all, notHeld, masked, failures: [...failures] }),
  };
}
