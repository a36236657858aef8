import { createRing, type Ring } from './ring.ts';

/** What was done to a certificate; the names without `ca-` are those of devices. */
export type HistoryAction =
  | 'registered'
  | 'activated'
  | 'inactivated'
  | 'deleted'
  | 'ca-registered'
  | 'ca-activated'
  | 'ca-inactivated'
  | 'ca-deleted';

/** Who switched what, and when. Serials are as the certificates encode them, in lower-case hex. */
export interface HistoryEntry {
  /** Moved time, epoch milliseconds. */
  readonly at: number;
  readonly instance: string;
  readonly ca: string;
  readonly device?: string;
  readonly action: HistoryAction;
  /** The access key of the call, `console` for people, `device` for connections. */
  readonly by: string;
  /** False for a call that found everything as it asked; it is answered like any other. */
  readonly changed: boolean;
  /** Devices registered at once, or gone with their CA. */
  readonly count?: number;
}

/** The newest changes of an account. */
export type History = Ring<HistoryEntry>;

const CAPACITY = 100_000;

/** A history without entries. */
export const createHistory = (): History => createRing(CAPACITY);
