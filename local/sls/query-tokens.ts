/** A piece of a query text. A quoted word is never an operator. */
export type QueryToken =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

/** The query cannot be read; the message says where it hurts and never repeats more than a word of it. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const QUERY_MAX_CHARS = 10_000;
const BLANK = /\s+/uy;
const SIGN = />=|<=|[():<>=[\]]/uy;
const QUOTED = /"((?:[^"\\]|\\.)*)"/suy;
const WORD = /[^\s"():<>=[\]|]+/uy;

/** Splits a query into its pieces; the part after `|` is SQL, which this stand-in does not speak. */
export function tokenizeQuery(query: string): readonly QueryToken[] {
  if (query.length > QUERY_MAX_CHARS) throw new QueryError('the query is too long');
  const tokens: QueryToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < query.length) {
    if (take(BLANK) !== null) continue;
    const sign = take(SIGN);
    const quoted = sign === null ? take(QUOTED) : null;
    const word = sign === null && quoted === null ? take(WORD) : null;
    if (sign !== null) tokens.push({ kind: 'sign', text: sign[0] });
    else if (quoted !== null) tokens.push({ kind: 'quoted', text: (quoted[1] ?? '').replaceAll(/\\(.)/gsu, '$1') });
    else if (word !== null) tokens.push({ kind: 'word', text: word[0] });
    else throw new QueryError(query[at] === '|' ? 'SQL after | is not supported here' : 'a quote is not closed');
  }
  return tokens;
}
