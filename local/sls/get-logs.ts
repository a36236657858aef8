import { type Refusal, refuse } from './errors.ts';
import type { IndexedLogs } from './logstore.ts';
import { compileQuery } from './query-match.ts';
import { parseQuery, type Query } from './query-parse.ts';
import { QueryError } from './query-tokens.ts';
import type { StoredLog } from './stored-log.ts';

/** A search as either form of GetLogs asks it. */
export interface LogSearch {
  readonly query: Query;
  /** Epoch seconds, inclusive. */
  readonly from: number;
  /** Epoch seconds, exclusive. */
  readonly to: number;
  /** Only this topic; empty means any. */
  readonly topic: string;
  readonly line: number;
  readonly offset: number;
  /** Newest first. */
  readonly reverse: boolean;
}

const LINE_MAX = 100; // GetLogs page: line is 0 to 100, 100 when not given
const NUMBER = /^\d{1,15}$/u;

function readNumber(given: ReadonlyMap<string, string>, name: string, fallback?: number): number | undefined {
  const text = given.get(name);
  if (text === undefined || text === '') return fallback;
  return NUMBER.test(text) ? Number(text) : undefined;
}

function readQuery(text: string): Query | Refusal {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) return refuse('InvalidQueryString', error.message);
    throw error;
  }
}

/** Reads a search from its parameters as text (`from`, `to`, `query`, `topic`, `line`, `offset`, `reverse`). */
export function readSearch(given: ReadonlyMap<string, string>): ({ readonly ok: true } & LogSearch) | Refusal {
  const from = readNumber(given, 'from');
  const to = readNumber(given, 'to');
  const line = readNumber(given, 'line', LINE_MAX);
  const offset = readNumber(given, 'offset', 0);
  if (from === undefined || to === undefined) return refuse('ParameterInvalid', 'from and to are epoch seconds');
  if (line === undefined || line > LINE_MAX || offset === undefined)
    return refuse('ParameterInvalid', 'line or offset');
  if (from >= to) return refuse('InvalidTimeRange');
  const query = readQuery(given.get('query') ?? '');
  if ('ok' in query) return query;
  return {
    ok: true,
    query,
    from,
    to,
    topic: given.get('topic') ?? '',
    line,
    offset,
    reverse: given.get('reverse') === 'true',
  };
}

const inOrder = (a: StoredLog, b: StoredLog): number => (a.time === b.time ? a.timeNs - b.timeNs : a.time - b.time);

/** Every log that answers a search, whatever its page, in the order they were written. */
export function matchingLogs(parts: readonly IndexedLogs[], search: LogSearch): readonly StoredLog[] {
  return parts.flatMap(({ index, logs }) => {
    const matches = compileQuery(search.query, index);
    return logs.filter(
      (log) =>
        log.time >= search.from &&
        log.time < search.to &&
        (search.topic === '' || log.topic === search.topic) &&
        matches(log),
    );
  });
}

/** The page of a search, in order of time; logs of one time stay in the order they arrived. */
export function searchLogs(parts: readonly IndexedLogs[], search: LogSearch): readonly StoredLog[] {
  const found = matchingLogs(parts, search).toSorted(search.reverse ? (a, b) => inOrder(b, a) : inOrder);
  return found.slice(search.offset, search.offset + search.line);
}

/** A log as results show it: a flat map of texts. */
export function renderLog(log: StoredLog): Readonly<Record<string, string>> {
  return {
    ...log.fields,
    __time__: String(log.time),
    __time_ns_part__: String(log.timeNs),
    __topic__: log.topic,
    __source__: log.source,
  };
}
