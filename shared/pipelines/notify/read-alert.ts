import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { parseShape, RecordShape } from './notify-shapes.ts';
import { park } from './park.ts';
import type { Teller } from './teller.ts';

/** A record has 27 fields of at most a few hundred characters. */
const ALERT_MAX_BYTES = 64 * 1024;

/**
 * Reads what an alert says; `undefined` when it is gone, or can not be read and is moved out of the way. What its name
 * says holds either way.
 */
export async function readAlert(
  teller: Teller,
  { key, name }: Pick<ListedAlert, 'key' | 'name'>,
): Promise<OutcomeRecord | undefined> {
  const read = await teller.deps.store.read({ key, maxBytes: ALERT_MAX_BYTES });
  if (read.kind === 'missing' || read.kind === 'changed') return undefined;
  if (read.kind === 'found') {
    const record = parseShape(RecordShape, read.bytes);
    if (record?.event_id === name.eventId) return record;
    await park(teller, read.version, 'unreadable-body');
    return undefined;
  }
  const version = await teller.deps.store.head(key);
  if (version !== undefined) await park(teller, version, 'too-large');
  return undefined;
}
