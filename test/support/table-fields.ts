import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import { COMMON_FIELDS, factsOf, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import type { Reporter } from '../../shared/pipelines/report.ts';

/** The same reporter, which refuses a record that carries a field beyond those of its kind in the table. */
export function heldToTable(reporter: Reporter): Reporter {
  return {
    report: (records) => {
      for (const record of records) holdToTable(record);
      return reporter.report(records);
    },
    reportCovered: (covered) => {
      for (const { record } of covered) holdToTable(record);
      return reporter.reportCovered(covered);
    },
  };
}

function holdToTable(record: OutcomeRecord): void {
  const allowed: readonly string[] = [...COMMON_FIELDS, ...factsOf(record.kind as OutcomeKind).fields];
  const beyond = Object.keys(record).filter((field) => !allowed.includes(field));
  if (beyond.length > 0) throw new Error(`${record.kind} carries ${beyond.join(', ')}, which its table does not have`);
}
