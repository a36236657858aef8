import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import { isPassingOssFailure } from '../../core/oss-codes.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { parseShape, RecordShape } from './notify-shapes.ts';
import { park } from './park.ts';
import type { Teller } from './teller.ts';

/** A record has 27 fields of at most a few hundred characters. */
const ALERT_MAX_BYTES = 64 * 1024;

type NamedAlert = Pick<ListedAlert, 'key' | 'name'>;

/**
 * Reads what an alert says; `undefined` when it is gone, when OSS will not give it out, or when it can not be understood
 * and is moved out of the way. What its name says holds either way.
 *
 * @throws ServiceFailure when the bucket does not answer.
 */
export async function readAlert(teller: Teller, alert: NamedAlert): Promise<OutcomeRecord | undefined> {
  try {
    return await readOrPark(teller, alert);
  } catch (error) {
    // An object that OSS will not give out (archived, denied) must not keep the others from being told.
    if (!(error instanceof ServiceFailure) || isPassingOssFailure(error.facts)) throw error;
    teller.deps.runLog.write({ event: 'alert-unreadable', code: error.facts.code });
    return undefined;
  }
}

async function readOrPark(teller: Teller, { key, name }: NamedAlert): Promise<OutcomeRecord | undefined> {
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
