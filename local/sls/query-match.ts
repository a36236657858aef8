import type { Comparison, Query } from './query-parse.ts';
import type { StoredLog } from './stored-log.ts';

/** Decides whether a log answers a query. */
export type LogMatcher = (log: StoredLog) => boolean;

// The default delimiters of an index; text between two of them is a word.
const DELIMITERS = ', \'";=()[\\]{}?@&<>/:\\n\\t\\r';
const EDGE_BEFORE = `(?<![^${DELIMITERS}])`;
const EDGE_AFTER = `(?![^${DELIMITERS}])`;

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

/** One word as a pattern that finds it between delimiters, in any case. */
function wordPattern(word: string, wildcards: boolean): RegExp {
  const body = wildcards
    ? word
        .replaceAll(/\*+/gu, '*') // runs of stars mean one star and would only cost time
        .split(/([*?])/u)
        .map((part) => (part === '*' ? `[^${DELIMITERS}]*` : part === '?' ? `[^${DELIMITERS}]` : escapeRegExp(part)))
        .join('')
    : escapeRegExp(word);
  return new RegExp(EDGE_BEFORE + body + EDGE_AFTER, 'iu');
}

/** Words of a searched text; a wildcard `?` is no delimiter there. All of them must be found, in any order. */
function patternsOf(text: string, wildcards: boolean): readonly RegExp[] {
  const delimiters = new RegExp(`[${wildcards ? DELIMITERS.replace('?', '') : DELIMITERS}]+`, 'u');
  return text
    .split(delimiters)
    .filter((word) => word !== '')
    .map((word) => wordPattern(word, wildcards));
}

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

function compare(value: string | undefined, comparison: Comparison, bound: number): boolean {
  if (value === undefined || !/^-?\d+(?:\.\d+)?$/u.test(value)) return false;
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

/**
 * Turns a query into a test of one log. Every field counts as indexed, and a field counts as a number when its value
 * is one; the real service asks the index configuration both questions.
 */
export function compileQuery(query: Query): LogMatcher {
  switch (query.kind) {
    case 'everything':
      return () => true;
    case 'text': {
      const patterns = patternsOf(query.text, query.wildcards);
      return (log) => {
        const values = Object.values(log.fields);
        return patterns.every((pattern) => values.some((value) => pattern.test(value)));
      };
    }
    case 'field': {
      const patterns = patternsOf(query.text, query.wildcards);
      return (log) => {
        const value = fieldOf(log, query.key);
        return value !== undefined && patterns.every((pattern) => pattern.test(value));
      };
    }
    case 'exists':
      return (log) => fieldOf(log, query.key) !== undefined;
    case 'compare':
      return (log) => compare(fieldOf(log, query.key), query.comparison, query.bound);
    case 'and':
    case 'or': {
      const left = compileQuery(query.left);
      const right = compileQuery(query.right);
      return query.kind === 'and' ? (log) => left(log) && right(log) : (log) => left(log) || right(log);
    }
    case 'not': {
      const inner = compileQuery(query.inner);
      return (log) => !inner(log);
    }
    default:
      throw new Error(`no such query: ${String(query satisfies never)}`);
  }
}
