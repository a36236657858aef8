import { timingSafeEqual } from 'node:crypto';

/** Compares two texts in a time that depends on their lengths alone: signatures, digests, tokens. */
export function isSameText(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
