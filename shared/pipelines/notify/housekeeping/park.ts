import { parkedKey } from '../../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../../core/notify/notify-outcome.ts';
import { parkedRecordKey } from '../../../core/notify/outbox-layout.ts';
import type { ObjectVersion } from '../../../core/object-version.ts';
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

/**
 * Moves an object of the outbox that can not be read to where people find it, and tells so. Harmless twice; one that was
 * replaced meanwhile stays where it is.
 */
export async function parkObject(
  deps: HousekeepingDeps,
  version: ObjectVersion,
  reason: 'unreadable-body' | 'too-large',
): Promise<void> {
  const { etag, key } = version;
  const to = parkedKey(key, etag);
  if ((await deps.store.copy({ from: key, to, ifMatch: etag })) !== 'copied') return;
  // Dated to the object, so that a repetition after a crash writes the same alert.
  await reportAt(deps, version.lastModified, { kind: 'outbox-damaged', reason, parkedKey: to, foundKey: key, etag });
  await deps.store.delete(key);
}
