import type { OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind } from '../outcome-table.ts';
import { type EpochMs, hours } from '../time.ts';

/** Folders that drops of these kinds are moved to, and the text that lies there. */
const DOCUMENTS: Partial<Readonly<Record<OutcomeKind, { readonly folder: string; readonly name: string }>>> = {
  'ca-registered': { folder: 'registered', name: 'receipt.json' },
  'pair-rejected': { folder: 'rejected', name: 'reason.txt' },
  'serial-taken': { folder: 'rejected', name: 'reason.txt' },
  'drop-misplaced': { folder: 'rejected', name: 'reason.txt' },
  'drop-quarantined': { folder: 'quarantine', name: 'reason.txt' },
};

/** The object of the bucket in which everything about a settled drop is said; `undefined` where there is none. */
export function documentOf(record: Readonly<Partial<OutcomeRecord>>): string | undefined {
  const { correlation_id: dropId, instance, kind = '', name } = record;
  const document = Object.hasOwn(DOCUMENTS, kind) ? DOCUMENTS[kind as OutcomeKind] : undefined;
  if (document === undefined || dropId === undefined) return undefined;
  const place = instance === undefined || name === undefined ? '_misplaced' : `${instance}/${name}`;
  return `${document.folder}/${place}/${dropId}/${document.name}`;
}

/** What stands in a query as it is; anything else would need quoting that a chat may not keep. */
const QUERY_WORD = /^[A-Za-z0-9_-]{1,80}$/;

/** The query that finds the records of a problem in the log store: `kind: pair-rejected and instance: post-cn-…`. */
export function queryFor(kind: string, record: Readonly<Partial<OutcomeRecord>> | undefined): string {
  const { ca_sn: ca = '', instance = '' } = record ?? {};
  const terms = [`kind: ${kind}`];
  if (QUERY_WORD.test(instance)) terms.push(`instance: ${instance}`);
  if (QUERY_WORD.test(ca)) terms.push(`ca_sn: ${ca}`);
  return terms.join(' and ');
}

/** The command that shows these records, from an hour before the first of them on. */
export function logCommand(query: string, range: { readonly from: EpochMs; readonly now: EpochMs }): string {
  const hoursBack = Math.max(1, Math.ceil((range.now - range.from) / hours(1))) + 1;
  const since = hoursBack <= 48 ? `${hoursBack}h` : `${Math.ceil(hoursBack / 24)}d`;
  return `mqtt-certs log tail --since ${since} --query '${query}'`;
}
