import type { OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind, Severity } from '../outcome-table.ts';
import { type EpochMs, hours } from '../time.ts';
import { isPlainLine } from './plain-line.ts';

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
  // `displayText` shows an underscore full-width; a name has no other character that it would change.
  const place = instance === undefined || name === undefined ? '_misplaced' : `${instance}/${name}`;
  return `${document.folder}/${place.replaceAll('＿', '_')}/${dropId}/${document.name}`;
}

/** What stands in a query as it is; anything else would need quoting that a chat may not keep. */
const QUERY_WORD = /^[A-Za-z0-9_-]{1,80}$/;

function isQueryWord(text: string): boolean {
  return QUERY_WORD.test(text) && isPlainLine(text);
}

/** The query that finds the records of a problem in the log store: `kind: pair-rejected and instance: post-cn-…`. */
export function queryFor(kind: string, record: Readonly<Partial<OutcomeRecord>> | undefined): string {
  const { ca_sn: ca = '', instance = '' } = record ?? {};
  const terms = [`kind: ${kind}`];
  if (isQueryWord(instance)) terms.push(`instance: ${instance}`);
  if (isQueryWord(ca)) terms.push(`ca_sn: ${ca}`);
  return terms.join(' and ');
}

/** The command that shows these records, from an hour before the first of them on. */
export function logCommand(
  asked: { readonly kind: string; readonly record: OutcomeRecord | undefined } | { readonly severity: Severity },
  range: { readonly from: EpochMs; readonly now: EpochMs },
): string {
  return `mqtt-certs log query${'kind' in asked ? problemOptions(asked.kind, asked.record) : ` --severity ${asked.severity}`} --since ${sinceOption(range)}`;
}

function problemOptions(kind: string, record: Readonly<Partial<OutcomeRecord>> | undefined): string {
  const { ca_sn: ca = '', instance = '' } = record ?? {};
  const options = [
    ['kind', kind],
    ['instance', instance],
    ['ca', ca],
  ];
  return options.map(([name = '', value = '']) => (isQueryWord(value) ? ` --${name} ${value}` : '')).join('');
}

function sinceOption({ from, now }: { readonly from: EpochMs; readonly now: EpochMs }): string {
  const hoursBack = Math.max(1, Math.ceil((now - from) / hours(1))) + 1;
  return hoursBack <= 48 ? `${hoursBack}h` : `${Math.ceil(hoursBack / 24)}d`;
}
