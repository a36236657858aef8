import { QueryError, type QueryToken, tokenizeQuery } from './query-tokens.ts';

/** A comparison of numbers. */
export type Comparison = '>' | '>=' | '<' | '<=' | '=';

/** A query as a tree. */
export type Query =
  | { readonly kind: 'everything' }
  | { readonly kind: 'text'; readonly text: string; readonly wildcards: boolean }
  | { readonly kind: 'field'; readonly key: string; readonly text: string; readonly wildcards: boolean }
  | { readonly kind: 'exists'; readonly key: string }
  | { readonly kind: 'compare'; readonly key: string; readonly comparison: Comparison; readonly bound: number }
  | { readonly kind: 'and' | 'or'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'not'; readonly inner: Query };

const KEYWORDS_MAX = 30; // "Search syntax" page: 30 words in a query
const DEPTH_MAX = 64;

interface Cursor {
  readonly tokens: readonly QueryToken[];
  at: number;
  depth: number;
  keywords: number;
}

const peek = (cursor: Cursor): QueryToken | undefined => cursor.tokens[cursor.at];

const isSign = (token: QueryToken | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text;

/** `and`, `or`, `not` in any case. */
const isOperator = (token: QueryToken | undefined, name: 'and' | 'or' | 'not'): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === name;

const isAnyOperator = (token: QueryToken): boolean =>
  isOperator(token, 'and') || isOperator(token, 'or') || isOperator(token, 'not');

function takeSign(cursor: Cursor, text: string): boolean {
  if (!isSign(peek(cursor), text)) return false;
  cursor.at += 1;
  return true;
}

function takeOperator(cursor: Cursor, name: 'and' | 'or' | 'not'): boolean {
  if (!isOperator(peek(cursor), name)) return false;
  cursor.at += 1;
  return true;
}

function expectSign(cursor: Cursor, text: string): void {
  if (!takeSign(cursor, text)) throw new QueryError(`${text} is missing`);
}

function expectText(cursor: Cursor): Exclude<QueryToken, { kind: 'sign' }> {
  const token = peek(cursor);
  if (token === undefined || token.kind === 'sign') throw new QueryError('a word is missing');
  cursor.at += 1;
  cursor.keywords += 1;
  if (cursor.keywords > KEYWORDS_MAX) throw new QueryError('more than 30 words');
  if (token.kind === 'word' && /^[*?]./u.test(token.text)) throw new QueryError('a word begins with a wildcard');
  return token;
}

function expectNumber(cursor: Cursor): number {
  const { text } = expectText(cursor);
  if (!/^-?\d+(?:\.\d+)?$/u.test(text)) throw new QueryError('a number is missing');
  return Number(text);
}

const COMPARISONS: readonly Comparison[] = ['>=', '<=', '>', '<', '='];

/** `key in [200 299)`: a square bracket includes its end, a round one does not. */
function parseRange(cursor: Cursor, key: string): Query {
  const includesLow = takeSign(cursor, '[');
  if (!includesLow) expectSign(cursor, '(');
  const low = expectNumber(cursor);
  const high = expectNumber(cursor);
  const includesHigh = takeSign(cursor, ']');
  if (!includesHigh) expectSign(cursor, ')');
  return {
    kind: 'and',
    left: { kind: 'compare', key, comparison: includesLow ? '>=' : '>', bound: low },
    right: { kind: 'compare', key, comparison: includesHigh ? '<=' : '<', bound: high },
  };
}

function parseFieldValue(cursor: Cursor, key: string): Query {
  const value = expectText(cursor);
  if (value.kind === 'word' && value.text === '*') return { kind: 'exists', key };
  return { kind: 'field', key, text: value.text, wildcards: value.kind === 'word' };
}

/** A word, alone or as the key of something. `__tag__:env:dev` has a key of two parts. */
function parseTerm(cursor: Cursor): Query {
  const first = expectText(cursor);
  if (isAnyOperator(first)) throw new QueryError(`${first.text} stands where a word should`);
  let key = first.text;
  const comparison = COMPARISONS.find((sign) => takeSign(cursor, sign));
  if (comparison !== undefined) return { kind: 'compare', key, comparison, bound: expectNumber(cursor) };
  if (takeSign(cursor, ':')) {
    if (key === '__tag__') {
      key = `__tag__:${expectText(cursor).text}`;
      expectSign(cursor, ':');
    }
    return parseFieldValue(cursor, key);
  }
  const next = peek(cursor);
  if (next?.kind === 'word' && next.text === 'in') {
    // lower case only, "Search syntax" page
    const after = cursor.tokens[cursor.at + 1];
    if (isSign(after, '[') || isSign(after, '(')) {
      cursor.at += 1;
      return parseRange(cursor, key);
    }
  }
  if (first.kind === 'word' && first.text === '*') return { kind: 'everything' };
  return { kind: 'text', text: first.text, wildcards: first.kind === 'word' };
}

function parseGroup(cursor: Cursor): Query {
  if (!takeSign(cursor, '(')) return parseTerm(cursor);
  cursor.depth += 1;
  if (cursor.depth > DEPTH_MAX) throw new QueryError('too many parentheses');
  const inner = parseOr(cursor);
  expectSign(cursor, ')');
  cursor.depth -= 1;
  return inner;
}

const endsAnd = (token: QueryToken | undefined): boolean =>
  token === undefined || isSign(token, ')') || isOperator(token, 'or') || isOperator(token, 'not');

/** Terms beside each other are joined by `and`, written or not. */
function parseAnd(cursor: Cursor): Query {
  let left = parseGroup(cursor);
  for (;;) {
    const isWritten = takeOperator(cursor, 'and');
    if (endsAnd(peek(cursor))) {
      if (isWritten && !isOperator(peek(cursor), 'not')) throw new QueryError('a word is missing after and');
      return left;
    }
    left = { kind: 'and', left, right: parseGroup(cursor) };
  }
}

/** `not` binds weaker than `and` ("Search syntax" page): `a not b c` is a, and not (b and c). */
function parseNot(cursor: Cursor): Query {
  let left: Query = isOperator(peek(cursor), 'not') ? { kind: 'everything' } : parseAnd(cursor);
  while (takeOperator(cursor, 'not')) left = { kind: 'and', left, right: { kind: 'not', inner: parseAnd(cursor) } };
  return left;
}

function parseOr(cursor: Cursor): Query {
  let left = parseNot(cursor);
  while (takeOperator(cursor, 'or')) left = { kind: 'or', left, right: parseNot(cursor) };
  return left;
}

/**
 * Reads a query of the search language: `*`, words, `key: value`, quotes, wildcards, comparisons, ranges, `and`, `not`,
 * `or` (from strong to weak) and parentheses. Throws a QueryError.
 */
export function parseQuery(query: string): Query {
  const tokens = tokenizeQuery(query);
  if (tokens.length === 0) return { kind: 'everything' };
  const cursor: Cursor = { tokens, at: 0, depth: 0, keywords: 0 };
  const parsed = parseOr(cursor);
  if (cursor.at < tokens.length) throw new QueryError(`unexpected ${peek(cursor)?.text.slice(0, 32) ?? ''}`);
  return parsed;
}
