/** How long a planned fault holds: for so many calls, or for so many milliseconds of moved time after it was set. */
export type FaultSpan = { readonly times: number } | { readonly forMs: number };

/** The faults of one service: those planned for its next calls, and the one that holds until it is switched off. */
export interface FaultPlan<Fault extends object> {
  /** Replaces what is planned; worked off in order. */
  readonly set: (faults: readonly (Fault & FaultSpan)[]) => void;
  /** Replaces what holds for every call that no planned fault is meant for; nothing means that all is well. */
  readonly hold: (faults: readonly Fault[]) => void;
  /** Takes the first fault meant for a call; one time less remains of a planned one. */
  readonly take: (isMeant: (fault: Fault) => boolean) => Fault | undefined;
}

interface Planned<Fault> {
  readonly fault: Fault;
  readonly times: number;
  /** Moved time, epoch milliseconds. */
  readonly until: number;
}

const ENDLESS = Number.POSITIVE_INFINITY;

function planned<Fault extends object>(fault: Fault & FaultSpan, now: number): Planned<Fault> {
  return 'times' in fault
    ? { fault, times: fault.times, until: ENDLESS }
    : { fault, times: ENDLESS, until: now + fault.forMs };
}

/** A plan with nothing in it; `now` is the moved time. */
export function createFaultPlan<Fault extends object>(now: () => number): FaultPlan<Fault> {
  let plan: readonly Planned<Fault>[] = [];
  let held: readonly Fault[] = [];
  return {
    set: (faults) => {
      plan = faults.map((fault) => planned(fault, now())).filter(({ times }) => times > 0);
    },
    hold: (faults) => {
      held = faults;
    },
    take: (isMeant) => {
      const at = now();
      plan = plan.filter(({ until }) => at < until);
      const index = plan.findIndex(({ fault }) => isMeant(fault));
      const taken = plan[index];
      if (taken === undefined) return held.find(isMeant);
      const rest = taken.times > 1 ? [{ ...taken, times: taken.times - 1 }] : [];
      plan = [...plan.slice(0, index), ...rest, ...plan.slice(index + 1)];
      return taken.fault;
    },
  };
}
