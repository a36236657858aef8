import type { DeviceReading } from '../device-reading.ts';
import type { EpochMs } from '../time.ts';
import { DEVICE_STAGES, stageOf } from './expiry-stages.ts';

/** What one reading says about a device certificate; the order is the order of their numbers in the memory byte. */
export const DEVICE_CLASSES = [
  'never-seen', // only in memory: this deployment has no reading yet
  'healthy',
  'expiring',
  'expired',
  'inactive',
  'not-registered', // the service has no such certificate, and never had since we look
  'missing', // it had
  'unreadable', // could not be checked, or said something nobody knows: never counted as healthy
] as const;

/** The name of one class. */
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** What came of reading one watched device. */
export type DeviceFinding =
  | { readonly kind: 'read'; readonly reading: DeviceReading }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly code: string };

/** The days left at which an expiring certificate is announced. */
export type DeviceStage = (typeof DEVICE_STAGES)[number];

/** A class, and for an expiring certificate its stage. */
export interface Classified {
  readonly class: DeviceClass;
  readonly stage?: DeviceStage;
}

/**
 * Classifies what was found. An inactive certificate is `inactive` whatever its dates are (the guardrails look at
 * them); an active one without a readable end is healthy, because nothing says that it is not.
 *
 * @param isKnown - Whether the service ever had it, as far as this deployment saw: what was known and is not found is
 *   `missing`, anything else has not connected yet.
 * @param now - `now === validUntil` is still valid (RFC 5280 section 4.1.2.5).
 */
export function classify(finding: DeviceFinding, isKnown: boolean, now: EpochMs): Classified {
  switch (finding.kind) {
    case 'failed':
      return { class: 'unreadable' };
    case 'not-found':
      return { class: isKnown ? 'missing' : 'not-registered' };
    case 'read':
      return classifyReading(finding.reading, now);
  }
}

function classifyReading({ status, validUntil }: DeviceReading, now: EpochMs): Classified {
  if (typeof status !== 'string') return { class: 'unreadable' };
  if (status === 'inactive') return { class: 'inactive' };
  if (validUntil === undefined) return { class: 'healthy' };
  if (now > validUntil) return { class: 'expired' };
  const stage = stageOf(DEVICE_STAGES, validUntil, now);
  return stage === undefined ? { class: 'healthy' } : { class: 'expiring', stage };
}
