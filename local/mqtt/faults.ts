/**
 * Something that goes wrong on the way:
 * - `throttle`, `internal-error`, `system-overflow`, `ca-count-unreadable`: an error answer, nothing applied;
 * - `empty-503`, `html-502`, `html-200`: what a load balancer puts in the way, nothing applied;
 * - `reset-before`: the connection is cut and nothing applied; `reset-after`: applied first, then cut;
 * - `silence`: nothing applied and no answer, ever.
 */
export type AnswerFault =
  | 'throttle'
  | 'internal-error'
  | 'system-overflow'
  | 'ca-count-unreadable'
  | 'empty-503'
  | 'html-502'
  | 'html-200'
  | 'reset-before'
  | 'reset-after'
  | 'silence';

/**
 * A page of a list that is not what it should be, in an answer that looks right:
 * - `page-short`: only its first half;
 * - `page-empty`, `page-null`: none of its elements, with more to come on the next page;
 * - `page-repeated`: the elements of the page before it (of itself, when it is the first).
 */
export type PageFault = 'page-short' | 'page-empty' | 'page-null' | 'page-repeated';

/**
 * A fault for genuine calls of an action; `*` means any. It holds for the next `times` of them, or for `forMs` of moved
 * time from the moment it was set. `page` narrows it to calls that ask for this page of a list.
 */
export type MqttFault = {
  readonly action: string;
  readonly fault: AnswerFault | PageFault;
  readonly page?: number;
} & ({ readonly times: number } | { readonly forMs: number });

/** The faults still to come. */
export interface FaultPlan {
  readonly set: (faults: readonly MqttFault[]) => void;
  /** Takes the first fault meant for this call, one time less remains of it. */
  readonly take: (action: string, page?: number) => MqttFault['fault'] | undefined;
}

interface Planned {
  readonly given: MqttFault;
  readonly times: number;
  /** Moved time, epoch milliseconds. */
  readonly until: number;
}

function planOf(given: MqttFault, now: number): Planned {
  const ENDLESS = Number.POSITIVE_INFINITY;
  return 'times' in given
    ? { given, times: given.times, until: ENDLESS }
    : { given, times: ENDLESS, until: now + given.forMs };
}

/** A plan with nothing in it; `now` is the moved time. */
export function createFaultPlan(now: () => number = () => 0): FaultPlan {
  let plan: readonly Planned[] = [];
  return {
    set: (faults) => {
      plan = faults.map((fault) => planOf(fault, now())).filter(({ times }) => times > 0);
    },
    take: (action, page) => {
      const at = now();
      plan = plan.filter(({ until }) => at < until);
      const index = plan.findIndex(
        ({ given }) =>
          (given.action === '*' || given.action === action) && (given.page === undefined || given.page === page),
      );
      const taken = plan[index];
      if (taken === undefined) return undefined;
      const rest = taken.times > 1 ? [{ ...taken, times: taken.times - 1 }] : [];
      plan = [...plan.slice(0, index), ...rest, ...plan.slice(index + 1)];
      return taken.given.fault;
    },
  };
}

/** Whether a fault changes what a list shows rather than how the call is answered. */
export const isPageFault = (fault: MqttFault['fault']): fault is PageFault => fault.startsWith('page-');
