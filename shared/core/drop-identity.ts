import type { Brand } from './brand.ts';
import { nameOf } from './digest.ts';
import type { ObjectVersion } from './object-version.ts';

/**
 * Identifies one drop: the same files with the same content and times are the same drop. A file that is added, replaced
 * or uploaded again makes another one. 16 hex digits.
 */
export type DropId = Brand<string, 'DropId'>;

/** The identity of the objects of one folder; their order does not matter. */
export function dropIdOf(objects: readonly ObjectVersion[]): DropId {
  const sorted = [...objects].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return nameOf(
    sorted.flatMap((object) => [object.key, object.etag, object.lastModified]),
    16,
  ) as DropId;
}

/** Reads a drop id from a key of ours; `undefined` when the text is none. */
export function parseDropId(text: string): DropId | undefined {
  return /^[0-9a-f]{16}$/.test(text) ? (text as DropId) : undefined;
}
