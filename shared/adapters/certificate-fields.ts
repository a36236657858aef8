import { type EpochMs, epochMs } from '../core/time.ts';

/** Longest foreign text that is kept. It is data, not yet fit for people: showing it is `displayText`'s business. */
const MAX_TEXT = 256;

/** A field that should be text and is sometimes a number; anything else reads as empty. */
export function shortText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return typeof value === 'number' ? String(value) : '';
}

/** `"0"` inactive, `"1"` active (GetCaCertificate page), as text or number; anything else is told as it came. */
export function statusOf(value: unknown): 'active' | 'inactive' | { readonly unknown: string } {
  const text = shortText(value);
  if (text === '0') return 'inactive';
  if (text === '1') return 'active';
  return { unknown: text.slice(0, 40) };
}

/** Milliseconds since the epoch, as digits or as a number. */
export function momentOf(value: unknown): EpochMs | undefined {
  const text = shortText(value);
  return /^\d{1,15}$/.test(text) ? epochMs(Number(text)) : undefined;
}
