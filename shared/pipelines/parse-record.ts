import * as v from 'valibot';
import { type OutcomeRecord, RECORD_FIELDS, RECORD_SCHEMA, type RecordField } from '../core/outcome-record.ts';
import { parseIso } from '../core/time.ts';

/** Our own records stay below a tenth of both, however their texts are escaped. */
const RECORD_MAX_BYTES = 128 * 1024;
const VALUE_MAX_CHARACTERS = 16 * 1024;

/** Controls, line ends, lone surrogates, and whatever turns text around or prints as nothing. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const Value = v.pipe(
  v.string(),
  v.maxLength(VALUE_MAX_CHARACTERS),
  v.transform((text) => text.replaceAll(HIDDEN, '\u{FFFD}')),
);

/** What every record must have to be one. A kind this version does not know is no reason to refuse it. */
const REQUIRED = {
  schema: v.literal(RECORD_SCHEMA),
  event_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  kind: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  severity: v.picklist(['info', 'notice', 'warning', 'critical']),
  at: v.pipe(
    v.string(),
    v.check((text) => parseIso(text) !== undefined, 'no moment'),
  ),
} as const;

/** The table of fields as a schema: what a newer version adds is left out, nothing else may be there. */
const Shape = v.object({
  ...(Object.fromEntries(RECORD_FIELDS.map((field) => [field, v.optional(Value)])) as Readonly<
    Record<Exclude<RecordField, keyof typeof REQUIRED>, v.OptionalSchema<typeof Value, undefined>>
  >),
  ...REQUIRED,
  resolves: v.optional(v.pipe(v.string(), v.regex(/^[a-z-]{1,64}\.[0-9a-f]{16}$/))),
});

/**
 * Reads a record back: the body of an alert, one element of a spooled batch, or a row of the log store. Whoever may
 * write to the bucket could have written it, so its texts are shown to people only through `displayText`; here they
 * become single lines without anything invisible.
 *
 * @param source - Bytes of JSON, or what was parsed already.
 * @returns `undefined` for everything that is no record of this version's schema. Unknown fields are left out.
 */
export function parseRecord(source: unknown): OutcomeRecord | undefined {
  const value = source instanceof Uint8Array ? parseJson(source) : source;
  const read = v.safeParse(Shape, value);
  if (!read.success) return undefined;
  const given = Object.entries(read.output).filter(([, text]) => text !== undefined && text !== '');
  return Object.fromEntries(given) as OutcomeRecord;
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > RECORD_MAX_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined; // cut short, or not ours
  }
}
