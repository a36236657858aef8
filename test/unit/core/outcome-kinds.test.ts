import { expect, test } from 'vitest';
import { OUTCOME_SAMPLES } from '../../../scripts/alert-samples/outcome-samples.ts';
import { alertKey, parseAlertKey } from '../../../shared/core/alert-key.ts';
import { fillWhole, sentenceValues } from '../../../shared/core/notify/record-values.ts';
import { causeIdOf, eventIdOf, type Outcome, recordOf } from '../../../shared/core/outcome.ts';
import { type EventId, type OutcomeRecord, RECORD_FIELDS } from '../../../shared/core/outcome-record.ts';
import { COMMON_FIELDS, OUTCOME_KINDS, type OutcomeKindFacts } from '../../../shared/core/outcome-table.ts';
import { safeJson } from '../../../shared/core/safe-json.ts';
import { epochMs } from '../../../shared/core/time.ts';
import { parseRecord } from '../../../shared/pipelines/parse-record.ts';

const AT = epochMs(1_767_225_600_000);
const RUN = { functionName: 'sweep', functionRequestId: 'r-1', configDigest: 'c0ffee', version: '1.2.3' };
const LATER = { ...RUN, functionRequestId: 'r-2', configDigest: 'decade' };

const KINDS = Object.entries(OUTCOME_KINDS).map(([kind, facts]: [string, OutcomeKindFacts]) => {
  const outcomes: readonly Outcome[] = OUTCOME_SAMPLES[kind as keyof typeof OUTCOME_SAMPLES];
  return { kind, facts, outcomes, records: outcomes.map((outcome) => recordOf(outcome, AT, RUN)) };
});

const fieldsOf = (records: readonly OutcomeRecord[]): ReadonlySet<string> => new Set(records.flatMap(Object.keys));

test.each(KINDS)('$kind: a record carries the fields of its table and no others', ({ facts, records }) => {
  const allowed = new Set<string>([...COMMON_FIELDS, ...facts.fields]);
  expect([...fieldsOf(records)].filter((field) => !allowed.has(field))).toEqual([]);
  expect(facts.fields.filter((field) => !fieldsOf(records).has(field))).toEqual([]);
  expect(new Set(facts.fields).size).toBe(facts.fields.length);
  expect(RECORD_FIELDS).toEqual(expect.arrayContaining([...facts.fields, ...facts.cause]));
});

test.each(KINDS)('$kind: a record reads back as it was written', ({ records }) => {
  for (const record of records) expect(parseRecord(Buffer.from(safeJson(record)))).toEqual(record);
});

test.each(KINDS)(
  '$kind: whoever tells it and when, the event and the problem are the same',
  ({ outcomes, records }) => {
    outcomes.forEach((outcome, at) => {
      const again = recordOf(outcome, epochMs(AT + 60_000), LATER);
      const first = records[at] ?? again;
      expect(again.event_id).toBe(first.event_id);
      expect(causeIdOf(again)).toBe(causeIdOf(first));
      expect(eventIdOf(outcome)).toBe(first.event_id);
    });
  },
);

test.each(KINDS)('$kind: every sentence is whole, from the record alone, in both languages', ({ facts, records }) => {
  for (const record of records) {
    const values = sentenceValues(record);
    for (const sentence of [facts.zh, facts.en, facts.fixZh, facts.fixEn])
      expect(fillWhole(sentence, values), sentence).toMatch(/\S/);
    expect(record.detail).not.toMatch(/\?/);
  }
});

test.each(KINDS.filter(({ facts }) => facts.told))(
  '$kind: its alert is found again by its name',
  ({ kind, records }) => {
    for (const record of records) {
      const eventId = record.event_id as EventId;
      const severity = OUTCOME_KINDS[kind as keyof typeof OUTCOME_KINDS].severity;
      const isEnd = record.resolves !== undefined;
      const named = { severity, causeId: causeIdOf(record), at: AT, eventId, isEnd };
      expect(parseAlertKey(alertKey(named))).toMatchObject(named);
      if (!isEnd) expect(causeIdOf(record).startsWith(`${kind}.`)).toBe(true);
    }
  },
);

test('two different things that happened never share an id', () => {
  const ids = KINDS.flatMap(({ records }) => records.map((record) => record.event_id));
  // The second sample of some kinds is the same event with another account of it.
  const sameEvent = ['ca-registered', 'ca-already-registered'];
  expect(new Set(ids).size).toBe(ids.length - sameEvent.length);
});

// What an outsider chooses would let them make a problem of their own for every upload.
test.each(KINDS)('$kind: no column of its cause is text that an outsider chooses', ({ facts }) => {
  for (const field of ['detail', 'fix', 'actor', 'source_ip', 'rule_inputs']) expect(facts.cause).not.toContain(field);
  expect(facts.cause[0]).toBe('kind');
});
