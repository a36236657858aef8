import type { Message } from '../../core/notify/message.ts';
import { messageFolder, recordKey, UNWRITABLE } from '../../core/notify/notify-layout.ts';
import { etagOf, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { MessageRecord } from './message-record.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/**
 * Keeps a message whose text no channel takes, not even reduced, where people look at such things, and reports that.
 * When it was such a report itself, nothing more is said: it would never end.
 */
export async function parkMessage({ deps }: Teller, record: MessageRecord, reduced: Message): Promise<void> {
  const { createdAt, id, problems, rest } = record;
  const key = objectKey(`${UNWRITABLE}${id}.json`);
  const bytes = Buffer.from(safeJson({ schema: 1, id, createdAt, problems, rest, reduced }, 2));
  await deps.store.put({ key, bytes, contentType: 'application/json' });
  if (problems.every(({ kind }) => kind === 'outbox-damaged')) return;
  const foundKey = recordKey(messageFolder(createdAt, id));
  const etag = etagOf(id);
  await tellOutcomes(
    deps,
    [{ kind: 'outbox-damaged', reason: 'content-refused', parkedKey: key, foundKey, etag }],
    createdAt,
  );
}
