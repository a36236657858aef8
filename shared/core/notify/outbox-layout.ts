import { type ObjectKey, objectKey } from '../object-version.ts';
import type { EventId } from '../outcome-record.ts';
import { UNWRITABLE } from './notify-layout.ts';

/** Where batches of records wait that the log store did not take. */
export const SPOOLED_OUTCOMES = 'outbox/outcomes/';

/** Where a record lies that the log store refuses for good: one place, however often it is refused. */
export function parkedRecordKey(eventId: EventId): ObjectKey {
  return objectKey(`${UNWRITABLE}record-${eventId}.json`);
}
