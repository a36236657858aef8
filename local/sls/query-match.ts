import { DEFAULT_DELIMITERS, EVERYTHING, type KeyIndex, type LogIndex, type TextIndex } from './index-definition.ts';
import { jsonValue } from './json-value.ts';
import type { Comparison, Query } from './query-parse.ts';
import type { StoredLog } from './stored-log.ts';
import { patternsOf } from './word-pattern.ts';

/** Decides whether a log answers a query. */
export type LogMatcher = (log: StoredLog) => boolean;

const DEFAULT_TEXT: KeyIndex & TextIndex = {
  type: 'text',
  delimiters: DEFAULT_DELIMITERS,
  caseSensitive: false,
  chn: false,
};

/** A field by the name a query gives it. */
function fieldOf(log: StoredLog, key: string): string | undefined {
  switch (key) {
    case '__topic__':
      return log.topic;
    case '__source__':
      return log.source;
    case '__time__':
      return String(log.time);
    default:
      return Object.hasOwn(log.fields, key) ? log.fields[key] : undefined;
  }
}

/** A field that an index covers: how, and where its value is. */
interface IndexedField {
  readonly index: KeyIndex;
  readonly read: (log: StoredLog) => string | undefined;
}

const isReserved = (key: string): boolean =>
  ['__topic__', '__source__', '__time__'].includes(key) || key.startsWith('__tag__:');

const isText = (index: KeyIndex): index is KeyIndex & TextIndex => index.type === 'text' || index.type === 'json';

/** How a key of a query is indexed; `undefined` when it is not. What the service adds by itself always is. */
function indexedField(index: LogIndex, key: string): IndexedField | undefined {
  const read = (log: StoredLog): string | undefined => fieldOf(log, key);
  if (isReserved(key)) return { index: DEFAULT_TEXT, read };
  if (index.keys === 'all') return { index: DEFAULT_TEXT, read };
  const direct = index.keys.get(key);
  if (direct !== undefined) return { index: direct, read };
  const dot = key.indexOf('.');
  const outer = dot > 0 ? index.keys.get(key.slice(0, dot)) : undefined;
  if (outer?.type !== 'json') return undefined;
  const path = key.slice(dot + 1);
  const type = outer.jsonKeys.get(path) ?? (isReachable(outer, path) ? 'text' : undefined);
  if (type === undefined) return undefined;
  return {
    index: type === 'text' ? { ...outer, type } : { type },
    read: (log) => jsonValue(fieldOf(log, key.slice(0, dot)), path),
  };
}

const isReachable = ({ indexAll, maxDepth }: KeyIndex & { type: 'json' }, path: string): boolean =>
  indexAll && (maxDepth === -1 || path.split('.').length <= maxDepth);

const NUMBER = /^-?\d+(?:\.\d+)?$/u;

function compare(value: string | undefined, comparison: Comparison, bound: number): boolean {
  if (value === undefined || !NUMBER.test(value)) return false;
  const number = Number(value);
  switch (comparison) {
    case '>':
      return number > bound;
    case '>=':
      return number >= bound;
    case '<':
      return number < bound;
    case '<=':
      return number <= bound;
    case '=':
      return number === bound;
    default:
      throw new Error(`no such comparison: ${String(comparison satisfies never)}`);
  }
}

/** Words without a key: in every text that the full-text index covers, or without one in every indexed text. */
function matchWords(text: string, wildcards: boolean, { line, keys }: LogIndex): LogMatcher {
  if (line !== undefined) {
    const patterns = patternsOf(text, wildcards, line);
    return ({ fields }) => {
      const values = Object.entries(fields).filter(([key]) => line.covers(key));
      return patterns.every((pattern) => values.some(([, value]) => pattern.test(value)));
    };
  }
  if (keys === 'all') return () => false;
  const texts = [...keys].flatMap(([key, index]) =>
    isText(index) ? [{ key, patterns: patternsOf(text, wildcards, index) }] : [],
  );
  return (log) =>
    texts.some(({ key, patterns }) => {
      const value = fieldOf(log, key);
      return value !== undefined && patterns.every((pattern) => pattern.test(value));
    });
}

function matchField(query: Query & { kind: 'field' }, index: LogIndex): LogMatcher {
  const field = indexedField(index, query.key);
  if (field === undefined) return () => false;
  const { read } = field;
  if (!isText(field.index)) {
    const bound = NUMBER.test(query.text) ? Number(query.text) : Number.NaN;
    return (log) => compare(read(log), '=', bound);
  }
  const patterns = patternsOf(query.text, query.wildcards, field.index);
  return (log) => {
    const value = read(log);
    return value !== undefined && patterns.every((pattern) => pattern.test(value));
  };
}

/** A comparison with a field that is no number is a search for its words ("Search syntax" page). */
function matchComparison({ key, comparison, bound }: Query & { kind: 'compare' }, index: LogIndex): LogMatcher {
  const field = indexedField(index, key);
  const isNumber = field !== undefined && (index.keys === 'all' || !isText(field.index));
  if (!isNumber && key !== '__time__') return matchWords(`${key} ${String(bound)}`, false, index);
  return (log) => compare(field?.read(log), comparison, bound);
}

/** Turns a query into a test of one log that was written while this index was there. */
export function compileQuery(query: Query, index: LogIndex = EVERYTHING): LogMatcher {
  switch (query.kind) {
    case 'everything':
      return () => true;
    case 'text':
      return matchWords(query.text, query.wildcards, index);
    case 'field':
      return matchField(query, index);
    case 'exists': {
      const field = indexedField(index, query.key);
      return (log) => field?.read(log) !== undefined;
    }
    case 'compare':
      return matchComparison(query, index);
    case 'and':
    case 'or': {
      const left = compileQuery(query.left, index);
      const right = compileQuery(query.right, index);
      return query.kind === 'and' ? (log) => left(log) && right(log) : (log) => left(log) || right(log);
    }
    case 'not': {
      const inner = compileQuery(query.inner, index);
      return (log) => !inner(log);
    }
    default:
      throw new Error(`no such query: ${String(query satisfies never)}`);
  }
}
