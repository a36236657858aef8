import type { Message } from '../../core/notify/message.ts';
import { messageFolder, recordKey, UNWRITABLE } from '../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import { etagOf, type ObjectKey, objectKey } from '../../core/object-version.ts';
import type { OutcomeKind } from '../../core/outcome-table.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { MessageRecord } from './message-record.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/**
 * Keeps a message whose text no channel takes, not even reduced, where people look at such things, and reports that, as
 * loudly as it was itself. When it was such a report, nothing more is said: it would never end.
 */
export async function parkMessage(
  { deps }: Teller,
  record: MessageRecord,
  reduced: Message | undefined,
): Promise<void> {
  const { createdAt, id, problems, rest } = record;
  const key = objectKey(`${UNWRITABLE}${id}.json`);
  const bytes = Buffer.from(safeJson({ schema: 1, id, createdAt, problems, rest, reduced }, 2));
  await deps.store.put({ key, bytes, contentType: 'application/json' });
  if (problems.every(({ kind }) => REPORTS.has(kind))) return;
  // Dated to the message, so that a repetition after a crash writes the same alert.
  await tellOutcomes(deps, [reportOf(record, key)], createdAt);
}

const REPORTS: ReadonlySet<OutcomeKind> = new Set(['outbox-damaged', 'critical-untold']);

function reportOf({ createdAt, id, problems, rest, severity }: MessageRecord, parkedKey: ObjectKey): NotifyOutcome {
  const [first] = problems;
  if (severity === 'critical' && first !== undefined) {
    const about = first.kind;
    return { kind: 'critical-untold', messageId: id, parkedKey, about, problems: problems.length + rest.problems };
  }
  const foundKey = recordKey(messageFolder(createdAt, id));
  return { kind: 'outbox-damaged', reason: 'content-refused', parkedKey, foundKey, etag: etagOf(id) };
}
