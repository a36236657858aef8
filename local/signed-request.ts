import { createHash } from 'node:crypto';

/** The parts of an HTTP request that the vendor's signatures cover. */
export interface SignedRequest {
  readonly method: string;
  /** The path as the service's own signature takes it: decoded by some, as sent by others. */
  readonly path: string;
  /** Decoded query, in the order it came. */
  readonly query: readonly QueryPair[];
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** One parameter of a query. */
export type QueryPair = readonly [name: string, value: string];

/** Lower-case hex SHA-256, the form of the `-content-sha256` headers. */
export function sha256Hex(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** RFC 3986 percent-encoding: everything but letters, digits and `-_.~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The order of canonical requests: by code unit, whatever the language. */
export const compareBytes = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The same for parameters: by name, then by value. */
export const inOrder = (a: QueryPair, b: QueryPair): number =>
  a[0] === b[0] ? compareBytes(a[1], b[1]) : compareBytes(a[0], b[0]);
