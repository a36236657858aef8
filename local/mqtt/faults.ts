import type { FaultSpan } from '../fault-plan.ts';

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

/** A fault for genuine calls of an action; `*` means any. `page` narrows it to calls that ask for this page of a list. */
export interface MqttHeldFault {
  readonly action: string;
  readonly fault: AnswerFault | PageFault;
  readonly page?: number;
}

/** One that ends by itself. */
export type MqttFault = MqttHeldFault & FaultSpan;

/** Whether a fault is meant for a call. */
export const isMeantFor =
  (action: string, page: number) =>
  (fault: MqttHeldFault): boolean =>
    (fault.action === '*' || fault.action === action) && (fault.page === undefined || fault.page === page);

/** Whether a fault changes what a list shows rather than how the call is answered. */
export const isPageFault = (fault: MqttFault['fault']): fault is PageFault => fault.startsWith('page-');
