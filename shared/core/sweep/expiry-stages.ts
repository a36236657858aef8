import { days, type EpochMs } from '../time.ts';

/** Days before its end at which a device certificate is announced, farthest first. */
export const DEVICE_STAGES = [60, 30, 14, 7, 3, 1, 0] as const;

/** The same for a CA: renewing one takes a fleet longer. */
export const CA_STAGES = [365, 180, 90, 60, 30, 14, 7, 3, 1, 0] as const;

/**
 * The stage a certificate is in: the smallest number of days it still has at most, or `undefined` while it has more
 * than the first stage. Whoever is first seen late, or was unreadable at a crossing, is in the stage of today and so
 * is announced once, not once for every stage that passed.
 */
export function stageOf<Stage extends number>(
  stages: readonly Stage[],
  validUntil: EpochMs,
  now: EpochMs,
): Stage | undefined {
  return stages.findLast((stage) => validUntil - now <= days(stage));
}
