import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex'); // one call: about half the cost of a hash object for inputs this short
}

/**
 * A short stable name for a list of texts: the first `digits` hex digits of SHA-256 over their JSON. JSON keeps
 * `['a', 'bc']` and `['ab', 'c']` apart.
 */
export function nameOf(parts: readonly (string | number)[], digits: 8 | 16 | 32): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, digits);
}
