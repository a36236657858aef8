import type { FaultSpan } from '../fault-plan.ts';

/**
 * What goes wrong with a call: an error answer with nothing done, a proxy's page, a connection that is cut before or
 * after the work, or no answer ever.
 */
export type SlsFaultKind =
  | 'internal-server-error'
  | 'server-busy'
  | 'write-quota-exceed'
  | 'read-quota-exceed'
  | 'html-502'
  | 'reset-before'
  | 'reset-after'
  | 'silence';

/** A kind of call as faults tell them apart: PutLogs, searches, and the management of logstores and indexes. */
export type SlsCallKind = 'write' | 'read' | 'manage';

/** A fault for the calls of some kinds. */
export interface SlsHeldFault {
  readonly fault: SlsFaultKind;
  /** Default: writes alone. */
  readonly calls?: readonly SlsCallKind[];
}

/** A fault for the next calls of its kinds; a list of them is worked off in order. */
export type SlsFault = SlsHeldFault & FaultSpan;

/** Whether a fault is meant for calls of a kind. */
export const isMeantFor =
  (kind: SlsCallKind) =>
  ({ calls = ['write'] }: SlsHeldFault): boolean =>
    calls.includes(kind);
