import * as v from 'valibot';

/** How a text is taken apart and compared. */
export interface TextIndex {
  /** Each character ends a word; empty means that the whole text is one. */
  readonly delimiters: string;
  readonly caseSensitive: boolean;
  /** Chinese text is found by any part of it, not only between delimiters. */
  readonly chn: boolean;
}

/** How one field is indexed. */
export type KeyIndex =
  | ({ readonly type: 'text' } & TextIndex)
  | { readonly type: 'long' | 'double' }
  | ({
      readonly type: 'json';
      /** Every text in it is found, to this depth. */
      readonly indexAll: boolean;
      readonly maxDepth: number;
      readonly jsonKeys: ReadonlyMap<string, 'text' | 'long' | 'double'>;
    } & TextIndex);

/** What queries of a logstore find. */
export interface LogIndex {
  /** Words without a key; absent means that they are looked for in the indexed texts alone. */
  readonly line?: TextIndex & { readonly covers: (key: string) => boolean };
  /** `all`: every field, as a text, and as a number where its value is one. */
  readonly keys: ReadonlyMap<string, KeyIndex> | 'all';
}

/** The delimiters of the console's default index. */
export const DEFAULT_DELIMITERS = ', \'";=()[]{}?@&<>/:\n\t\r';

const DEFAULT_TEXT: TextIndex = { delimiters: DEFAULT_DELIMITERS, caseSensitive: false, chn: false };

/** Full text and every field, whatever its name: no index of the service, but what a stand-in can do without one. */
export const EVERYTHING: LogIndex = { line: { ...DEFAULT_TEXT, covers: () => true }, keys: 'all' };

const KEYS_MAX = 500; // "Limits" page: 500 indexed fields of a logstore
const NAME = v.pipe(v.string(), v.minLength(1), v.maxLength(128));
const Token = v.pipe(v.array(v.pipe(v.string(), v.length(1))), v.maxLength(128));
const TextParts = {
  token: Token,
  caseSensitive: v.optional(v.boolean(), false),
  chn: v.optional(v.boolean(), false),
};
const Common = { alias: v.optional(v.string()), doc_value: v.optional(v.boolean(), false) };
const Leaf = v.looseObject({ ...Common, type: v.picklist(['text', 'long', 'double']) });
const Key = v.variant('type', [
  v.object({ ...Common, ...TextParts, type: v.literal('text') }),
  v.object({ ...Common, type: v.literal('long') }),
  v.object({ ...Common, type: v.literal('double') }),
  v.object({
    ...Common,
    ...TextParts,
    type: v.literal('json'),
    index_all: v.optional(v.boolean(), false),
    max_depth: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(64)), -1),
    json_keys: v.optional(v.record(NAME, Leaf), {}),
  }),
]);
const Line = v.object({
  ...TextParts,
  include_keys: v.optional(v.array(NAME)),
  exclude_keys: v.optional(v.array(NAME)),
});
const Definition = v.looseObject({
  line: v.optional(Line),
  keys: v.optional(v.record(NAME, Key)),
  max_text_len: v.optional(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(16_384))),
});

/**
 * Reads an index as CreateIndex takes it: `line`, `keys`, or both.
 *
 * @returns A sentence about what is wrong with it, when it is not one.
 * @see CreateIndex and UpdateIndex, Log Service documentation.
 */
export function readIndex(given: unknown): LogIndex | { readonly problem: string } {
  const read = v.safeParse(Definition, given);
  if (!read.success) return { problem: `${v.getDotPath(read.issues[0])?.slice(0, 128) ?? 'the body'} is not valid` };
  const { line, keys = {} } = read.output;
  const names = Object.keys(keys);
  if (line === undefined && names.length === 0) return { problem: 'line or keys is needed' };
  if (line?.include_keys !== undefined && line.exclude_keys !== undefined) {
    return { problem: 'include_keys and exclude_keys exclude each other' };
  }
  if (names.length > KEYS_MAX) return { problem: 'there are more than 500 keys' };
  return {
    ...(line === undefined ? {} : { line: { ...textOf(line), covers: coverOf(line) } }),
    keys: new Map(Object.entries(keys).map(([name, key]) => [name, keyOf(key)])),
  };
}

function coverOf({ include_keys, exclude_keys }: v.InferOutput<typeof Line>): (key: string) => boolean {
  return (key) => (include_keys?.includes(key) ?? true) && !(exclude_keys?.includes(key) ?? false);
}

const textOf = ({ token, caseSensitive, chn }: v.InferOutput<typeof Line>): TextIndex => ({
  delimiters: token.join(''),
  caseSensitive,
  chn,
});

function keyOf(key: v.InferOutput<typeof Key>): KeyIndex {
  switch (key.type) {
    case 'text':
      return { type: 'text', ...textOf(key) };
    case 'long':
    case 'double':
      return { type: key.type };
    case 'json': {
      const jsonKeys = new Map(Object.entries(key.json_keys).map(([name, leaf]) => [name, leaf.type]));
      return { type: 'json', ...textOf(key), indexAll: key.index_all, maxDepth: key.max_depth, jsonKeys };
    }
    default:
      throw new Error(`no such key: ${String(key satisfies never)}`);
  }
}
