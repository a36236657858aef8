import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * A short stable name for a list of texts: the first `digits` hex digits of SHA-256 over their JSON. JSON keeps
 * `['a', 'bc']` and `['ab', 'c']` apart.
 */
export function nameOf(parts: readonly (string | number)[], digits: 8 | 16 | 32): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, digits);
}
