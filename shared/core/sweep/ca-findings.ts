import type { VetoKind } from './guardrails.ts';

/** What a sweep decided and did about the devices of one CA, as far as conditions follow from it. */
export interface CaFindings {
  /** It took its devices along; they are told with it. */
  readonly isCaMissing: boolean;
  /** How many devices each guardrail stopped. */
  readonly vetoes: Readonly<Partial<Record<VetoKind, number>>>;
  /** The deployment was told to observe only. */
  readonly isObserving: boolean;
  /** Devices that would have been activated, had the deployment not been told to observe only. */
  readonly observed: number;
  /** Error codes of activations that failed; empty for one that was answered and did not help. */
  readonly failures: readonly string[];
  /** Devices to be activated of which it is not known what became of them. */
  readonly unsettled: number;
  readonly lasting: LastingReasons;
  /** What became of asking for the list of its devices. */
  readonly list: ListAnswer;
}

/** Whether a list was answered in a sweep or refused for good; `unknown` where nobody asked, or nobody answered. */
export const LIST_ANSWERS = ['read', 'refused', 'unknown'] as const;

/** What became of asking for a list. */
export interface ListAnswer {
  readonly kind: (typeof LIST_ANSWERS)[number];
  /** The service's code of a refusal; else empty. */
  readonly code: string;
}

/** Nobody asked, or nobody answered. */
export const NO_LIST_ANSWER: ListAnswer = { kind: 'unknown', code: '' };

/** How many devices something is true of, for each guardrail that says so. */
export type ReasonCounts = Readonly<Partial<Record<VetoKind, number>>>;

/**
 * What is true of the inactive devices of a CA whichever guardrail was asked first. A certificate that is expired and
 * switched off is still expired, one that flaps and is on hold still flaps: no condition is over because another reason
 * is named in its place.
 */
export interface LastingReasons {
  /**
   * Every guardrail that says no to a device, not only the first; `flapping` whatever is released, as long as the
   * release has not let the device through.
   */
  readonly all: ReasonCounts;
  /** The same without the devices on hold: somebody answers for those, and they are left for that. */
  readonly notHeld: ReasonCounts;
  /** Devices that would have passed on to the breaker, but for something that passes by itself or is soon mended. */
  readonly masked: number;
  /** Error codes of the last activations of devices that were not tried again. */
  readonly failures: readonly string[];
}

/** So many devices of a CA are told one by one in a sweep for each kind; the others are counted in one more alert. */
export const MANY = 20;

/** The conditions of devices that are counted beyond {@link MANY}. */
export const MANY_KINDS = ['device-missing', 'device-expired', 'device-flapping'] as const;

/** One of them. */
export type ManyKind = (typeof MANY_KINDS)[number];

/**
 * Why inactive devices are left so, where somebody should hear of it. Not among them: holds, which somebody wrote down;
 * flapping and the breaker, which are told by themselves.
 */
export const LEFT_REASONS = [
  'paused',
  'controls-unreadable',
  'device-expired',
  'device-not-yet-valid',
  'ca-not-active',
  'not-asked',
  'first-sight',
  'waiting',
  'observed-only',
] as const satisfies readonly (VetoKind | 'observed-only')[];

/** One of them. */
export type LeftReason = (typeof LEFT_REASONS)[number];
