import type { OutcomeRecord } from '../outcome-record.ts';

/** Larger ones are not ours: a decision is made from a handful of values. */
const RULE_INPUTS_MAX = 20_000;

/**
 * The values that the sentences of the table name: the fields of a record and the members of its `rule_inputs`; a field
 * wins. `place` is where the files lie that it is about, as people know it.
 */
export function sentenceValues(record: Readonly<Partial<OutcomeRecord>>): Readonly<Record<string, string>> {
  const { rule_inputs: inputs = '', ...fields } = record;
  const present = Object.entries(fields).filter(([, value]) => value !== '');
  return { ...ruleInputs(inputs), place: placeOf(record), ...Object.fromEntries(present) };
}

/** `inbox/<instance>/<CA name>/`, or the object of a record that is about no folder. */
function placeOf({ instance, name, object_key: key = '' }: Readonly<Partial<OutcomeRecord>>): string {
  if (key !== '' || instance === undefined || name === undefined) return key;
  return `inbox/${instance}/${name}/`;
}

/** The plain members of a record's `rule_inputs`, as texts; none when it can not be read. */
export function ruleInputs(json: string): Readonly<Record<string, string>> {
  if (json === '' || json.length > RULE_INPUTS_MAX) return {};
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return {};
    return Object.fromEntries(
      Object.entries(parsed).flatMap(([name, value]: [string, unknown]) =>
        isPlain(value) ? [[name, String(value)]] : [],
      ),
    );
  } catch {
    return {}; // cut short or not ours: the sentence is told without it
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

const NAME = /\{([a-z_]+)\}/g;

/** Fills a sentence of the table; `undefined` when a value that it names is not known. */
export function fillWhole(sentence: string, values: Readonly<Record<string, string>>): string | undefined {
  const names = Array.from(sentence.matchAll(NAME), ([, name = '']) => name);
  if (!names.every((name) => Object.hasOwn(values, name))) return undefined;
  return sentence.replaceAll(NAME, (_, name: string) => values[name] ?? '');
}
