import type { NotifyOutcome } from '../../../core/notify/notify-outcome.ts';
import { parkedRecordKey } from '../../../core/notify/outbox-layout.ts';
import type { EventId, OutcomeRecord } from '../../../core/outcome-record.ts';
import { safeJson } from '../../../core/safe-json.ts';
import { type HousekeepingDeps, reportAt } from './deps.ts';

/** A record that the log store refuses, and what it said. */
export interface RefusedRecord {
  readonly record: OutcomeRecord;
  readonly code: string;
}

/** Writes a record where people find it, and tells that it is in no log store. Harmless twice. */
export async function parkRecord(deps: HousekeepingDeps, { code, record }: RefusedRecord): Promise<void> {
  const eventId = record.event_id as EventId;
  const key = parkedRecordKey(eventId);
  await deps.store.put({ key, bytes: Buffer.from(safeJson(record, 2)), contentType: 'application/json' });
  // One that says so of another record has told it by its alert; telling of it again would never end.
  if (isKind(record, 'outcome-unwritable')) return;
  const about = { eventId, kind: record.kind };
  await reportAt(deps, deps.clock.now(), { kind: 'outcome-unwritable', parkedKey: key, code, about });
}

function isKind(record: OutcomeRecord, kind: NotifyOutcome['kind']): boolean {
  return record.kind === kind;
}
