/**
 * What goes wrong with a PutLogs: an error answer with nothing kept, a proxy's page, a connection that is cut before or
 * after the logs were kept, or no answer ever.
 */
export type SlsFaultKind =
  | 'internal-server-error'
  | 'server-busy'
  | 'write-quota-exceed'
  | 'html-502'
  | 'reset-before'
  | 'reset-after'
  | 'silence';

/** A fault for the next `times` PutLogs; the list is worked off in order. */
export interface SlsFault {
  readonly fault: SlsFaultKind;
  readonly times: number;
}

/** The faults still to come, one entry for each PutLogs. */
export interface SlsFaultPlan {
  readonly set: (faults: readonly SlsFault[]) => void;
  readonly take: () => SlsFaultKind | undefined;
}

/** A plan with nothing in it. */
export function createSlsFaultPlan(): SlsFaultPlan {
  let planned: readonly SlsFault[] = [];
  return {
    set: (faults) => {
      planned = faults.filter((fault) => fault.times > 0);
    },
    take: () => {
      const [next, ...later] = planned;
      if (next === undefined) return undefined;
      planned = next.times > 1 ? [{ ...next, times: next.times - 1 }, ...later] : later;
      return next.fault;
    },
  };
}
