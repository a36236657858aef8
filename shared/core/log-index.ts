import { RECORD_FIELD_FACTS, type RecordField, type RecordFieldFacts } from './outcome-record.ts';

/** How one field is indexed, by the service's names (CreateIndex page). `doc_value` lets SQL use it. */
export type FieldIndex =
  | { readonly type: 'long'; readonly doc_value: boolean }
  | (WordIndex & { readonly type: 'text'; readonly doc_value: boolean })
  | (WordIndex & {
      readonly type: 'json';
      readonly doc_value: boolean;
      readonly index_all: boolean;
      readonly max_depth: number;
      readonly json_keys: Readonly<Record<string, never>>;
    });

/** How a text is split into the words that can be searched for. `chn`: Chinese is split at its words. */
export interface WordIndex {
  readonly token: readonly string[];
  readonly caseSensitive: boolean;
  readonly chn: boolean;
}

/** The index of a log store: `line` is the full text, `keys` are the fields; a field's own setting wins. */
export interface LogIndex {
  readonly line: WordIndex;
  readonly keys: Readonly<Record<RecordField, FieldIndex>>;
  /** Bytes of a value that SQL sees, at most 16,384. */
  readonly max_text_len: number;
  readonly log_reduce: boolean;
}

/** The service's own choice for the console; a hyphen is none of them, so kinds and ids stay whole words. */
const TOKENS = [
  ...[',', ' ', "'", '"', ';', '=', '(', ')', '[', ']', '{', '}'],
  ...['?', '@', '&', '<', '>', '/', ':', '\n', '\t', '\r'],
];

/** Rule inputs are one flat object. */
const JSON_DEPTH = 1;
const MAX_TEXT_LEN = 16_384;

const words = (chn: boolean): WordIndex => ({ token: TOKENS, caseSensitive: false, chn });

/** What the log store of outcomes should have: every field of a record, and the full text. */
export const LOG_INDEX: LogIndex = {
  line: words(true),
  keys: Object.fromEntries(
    Object.entries(RECORD_FIELD_FACTS).map(([name, facts]) => [name, fieldIndexOf(facts)]),
  ) as unknown as Readonly<Record<RecordField, FieldIndex>>,
  max_text_len: MAX_TEXT_LEN,
  log_reduce: false,
};

function fieldIndexOf({ isWritten, type }: RecordFieldFacts): FieldIndex {
  switch (type) {
    case 'long':
      return { type, doc_value: true };
    case 'text':
      return { type, ...words(isWritten), doc_value: true };
    case 'json':
      return { type, ...words(isWritten), doc_value: true, index_all: true, max_depth: JSON_DEPTH, json_keys: {} };
  }
}

/** One thing about an index that is not as it should be. */
export interface IndexDifference {
  /** A field; `line` with its attribute for the full text, `max_text_len` for the whole index. */
  readonly place: string;
  /** As JSON; absent when there is nothing there. */
  readonly found?: string;
  readonly wanted: string;
}

/**
 * What an index lacks, in the order of the fields. What it has beyond ours (fields of yours, settings of newer consoles)
 * is no difference.
 *
 * @param found - What the service answered; `undefined` for none.
 */
export function indexDifferences(found: unknown): readonly IndexDifference[] {
  const { keys, line, max_text_len: maxTextLen } = parts(found);
  const ours = Object.entries(LOG_INDEX.keys).map(([name, wanted]) => ({
    place: name,
    wanted,
    found: parts(keys)[name],
  }));
  return [
    ...differenceOf({ place: 'line', wanted: LOG_INDEX.line, found: line }),
    ...ours.flatMap(differenceOf),
    ...(typeof maxTextLen === 'number' && maxTextLen >= MAX_TEXT_LEN
      ? []
      : differenceOf({ place: 'max_text_len', wanted: MAX_TEXT_LEN, found: maxTextLen })),
  ];
}

/** Our index with whatever else an existing one has: a person's own fields and settings stay. */
export function mergedIndex(found: unknown): unknown {
  const { keys, line, log_reduce: logReduce, max_text_len: maxTextLen, ...rest } = parts(found);
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => KEPT.has(name)));
  return {
    ...kept,
    line: { ...parts(line), ...LOG_INDEX.line },
    keys: { ...parts(keys), ...LOG_INDEX.keys },
    max_text_len: Math.max(MAX_TEXT_LEN, typeof maxTextLen === 'number' ? maxTextLen : 0),
    log_reduce: typeof logReduce === 'boolean' ? logReduce : LOG_INDEX.log_reduce,
  };
}

/** What UpdateIndex takes besides ours (UpdateIndex page); what GetIndex adds (times, modes, ttl) is not sent back. */
const KEPT: ReadonlySet<string> = new Set(['log_reduce_white_list', 'log_reduce_black_list']);

function differenceOf(at: {
  readonly place: string;
  readonly wanted: unknown;
  readonly found: unknown;
}): readonly IndexDifference[] {
  const { found, place, wanted } = at;
  if (covers(found, wanted)) return [];
  return [{ place, wanted: JSON.stringify(wanted), ...(found === undefined ? {} : { found: JSON.stringify(found) }) }];
}

/** Whether everything wanted is there; lists are compared as sets, and what is there beyond that does not matter. */
function covers(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((one) => found.includes(one));
  }
  if (typeof wanted !== 'object' || wanted === null) return found === wanted;
  return Object.entries(wanted).every(([name, value]) => covers(parts(found)[name], value));
}

/** The members of a JSON object; none for anything else. */
function parts(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
