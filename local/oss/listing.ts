import type { KeyIndex } from './key-index.ts';

/** What a list request asks for, after both list versions have been read into one shape. */
export interface ListQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Only names after this one: a key, or a common prefix that ended the page before. */
  readonly after: string | undefined;
  /** Keys and common prefixes together. */
  readonly maxKeys: number;
}

/** One page in key order. */
export interface ListPage<Value> {
  readonly objects: readonly Value[];
  readonly prefixes: readonly string[];
  /** The last name of a page that more names follow; `undefined` on the last page. */
  readonly next: string | undefined;
}

/** The common prefix a key is grouped under, if it has the delimiter after the prefix. */
function commonPrefixOf(name: string, query: ListQuery): string | undefined {
  if (query.delimiter === '') return undefined;
  const at = name.indexOf(query.delimiter, query.prefix.length);
  return at < 0 ? undefined : name.slice(0, at + query.delimiter.length);
}

function firstPosition(index: KeyIndex<unknown>, query: ListQuery): number {
  const start = index.lowerBound(query.prefix);
  const { after } = query;
  if (after === undefined) return start;
  const isGroup = after.startsWith(query.prefix) && commonPrefixOf(after, query) === after;
  return Math.max(start, isGroup ? index.endOfPrefix(after) : index.upperBound(after));
}

/**
 * Lists one page. Costs O(results x log n): a group is stepped over by search, never by looking at its members.
 *
 * @see OSS pages ListObjects and ListObjectsV2: byte-wise order, `max-keys` counts keys and common prefixes.
 */
export function listPage<Value>(index: KeyIndex<Value>, query: ListQuery): ListPage<Value> {
  const objects: Value[] = [];
  const prefixes: string[] = [];
  let position = firstPosition(index, query);
  let last: string | undefined;
  for (;;) {
    const key = index.keyAt(position);
    if (key?.startsWith(query.prefix) !== true) return { objects, prefixes, next: undefined };
    if (objects.length + prefixes.length >= query.maxKeys) return { objects, prefixes, next: last };
    const group = commonPrefixOf(key, query);
    if (group === undefined) {
      const value = index.get(key);
      if (value !== undefined) objects.push(value);
      position += 1;
    } else {
      prefixes.push(group);
      position = index.endOfPrefix(group);
    }
    last = group ?? key;
  }
}
