/**
 * Something that goes wrong on the way:
 * - `throttle`, `internal-error`, `system-overflow`, `ca-count-unreadable`: an error answer, nothing applied;
 * - `empty-503`, `html-502`, `html-200`: what a load balancer puts in the way, nothing applied;
 * - `reset-before`: the connection is cut and nothing applied; `reset-after`: applied first, then cut;
 * - `silence`: nothing applied and no answer, ever.
 */
export type MqttFaultKind =
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

/** A fault for the next `times` genuine calls of an action; `*` means any. */
export interface MqttFault {
  readonly action: string;
  readonly times: number;
  readonly fault: MqttFaultKind;
}

/** The faults still to come. */
export interface FaultPlan {
  readonly set: (faults: readonly MqttFault[]) => void;
  /** Takes the first fault meant for this action, one time less remains of it. */
  readonly take: (action: string) => MqttFaultKind | undefined;
}

/** A plan with nothing in it. */
export function createFaultPlan(): FaultPlan {
  let planned: readonly MqttFault[] = [];
  return {
    set: (faults) => {
      planned = faults.filter((fault) => fault.times > 0);
    },
    take: (action) => {
      const index = planned.findIndex((fault) => fault.action === '*' || fault.action === action);
      const taken = planned[index];
      if (taken === undefined) return undefined;
      const rest = taken.times > 1 ? [{ ...taken, times: taken.times - 1 }] : [];
      planned = [...planned.slice(0, index), ...rest, ...planned.slice(index + 1)];
      return taken.fault;
    },
  };
}
