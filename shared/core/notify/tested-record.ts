import type { OutcomeRecord } from '../outcome-record.ts';
import { factsOf, type OutcomeKind } from '../outcome-table.ts';
import { ruleInputs } from './record-values.ts';

/** What a test says of the made-up record that it shows; never that it ends a condition. */
export function testedSaid(sample: OutcomeRecord): {
  readonly fields: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
} {
  const { detail = '', reason = '', rule_inputs: inputs = '' } = sample;
  const carried = factsOf(sample.kind as OutcomeKind).fields.filter((field) => field !== 'resolves');
  return {
    fields: Object.fromEntries(carried.map((field) => [field, sample[field] ?? ''])),
    inputs: { ...ruleInputs(inputs), tested_detail: detail, tested_reason: reason },
  };
}

/** The record that a test shows, as it would be if it had happened. */
export function testedRecord(test: OutcomeRecord, kind: OutcomeKind): OutcomeRecord {
  const { fix: _, ...rest } = test;
  const { tested_detail: detail = '', tested_reason: reason = '' } = ruleInputs(test.rule_inputs ?? '');
  return { ...rest, kind, detail, reason };
}
