import { randomBytes } from 'node:crypto';
import { csvCell, displayText } from '../../shared/core/display-text.ts';
import { decodeText } from '../../shared/core/file-text.ts';
import { MUTE_COLUMNS, type MuteFault, type MuteLine, readMuteFile } from '../../shared/core/notify/mute-line.ts';
import { type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError, usageError } from '../terminal/command-error.ts';

/** Where mute files lie. */
export const MUTES = 'control/mutes/';

/** As large as the teller reads one. */
const MAX_FILE_BYTES = 256 * 1024;

/** The one line of a new mute file. */
export interface NewMute {
  /** A kind of outcome, or a cause. */
  readonly what: string;
  /** Empty: every instance. */
  readonly instance: string;
  readonly owner: string;
  readonly reason: string;
  readonly until: string;
}

/** What to do about a line that mutes nothing. */
export const FAULTS: Readonly<Record<MuteFault, string>> = {
  'unknown-kind': 'it names no kind of outcome and no cause',
  'no-owner': 'it names no owner',
  'no-reason': 'it gives no reason',
  'no-until': 'its end can not be read',
  'until-too-far': 'its end is more than 90 days away',
  'too-many-columns': 'it has more than five columns',
};

/** Reads one mute file as the teller does; `undefined` when there is none. */
export async function readMutes(
  store: ObjectStore,
  key: ObjectKey,
  now: EpochMs,
): Promise<readonly MuteLine[] | undefined> {
  const read = await store.read({ key, maxBytes: MAX_FILE_BYTES });
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'found') return readMuteFile(decodeText(read.bytes), now);
  throw new CommandError({
    code: 'mute-unreadable',
    message: `${displayText(key, 200)} is larger than any mute file may be, or changing`,
    next: 'While it can not be read nothing is muted; make it smaller, or remove it in the OSS console.',
  });
}

/**
 * Refuses a mute that would mute nothing, read as the teller will read it.
 *
 * @throws CommandError (usage) for one that is over, or ends too far away.
 */
export function refuseVainMute(mute: NewMute, now: EpochMs): void {
  const [line, ...others] = readMuteFile(textOf(mute), now);
  if (line === undefined || others.length > 0)
    throw new TypeError('a mute that was made here does not read as one line');
  if (line.kind === 'expired') throw usageError(`${mute.until} is over`, 'Name an end that is still to come.');
  if (line.kind === 'invalid')
    throw usageError(`this would mute nothing: ${FAULTS[line.reason]}`, 'A mute ends at most 90 days from now.');
}

/** Writes a mute file that did not exist before. */
export async function createMuteFile(store: ObjectStore, mute: NewMute, now: EpochMs): Promise<ObjectKey> {
  const label = mute.what.slice(0, 60);
  const key = objectKey(`${MUTES}${isoOf(now).slice(0, 10)}-${label}-${randomBytes(4).toString('hex')}.csv`);
  const created = await store.create({ key, bytes: Buffer.from(textOf(mute)), contentType: 'text/csv' });
  if (created === 'created') return key;
  throw new CommandError({ code: 'mute-exists', message: `${key} exists already`, next: 'Try again.' });
}

// Semicolons and tabs in foreign words become commas, so that they separate nothing.
function textOf({ instance, owner, reason, until, what }: NewMute): string {
  const words = (text: string): string => csvCell(displayText(text.replace(/[;\t]/g, ','), 200));
  return `${MUTE_COLUMNS.join(',')}\n${[what, instance, words(owner), words(reason), until].join(',')}\n`;
}
