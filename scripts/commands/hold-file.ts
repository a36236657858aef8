import { randomBytes } from 'node:crypto';
import { csvCell, displayText } from '../../shared/core/display-text.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import { type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import type { CaSerial, DeviceSerial } from '../../shared/core/serial.ts';
import { readHoldFile } from '../../shared/core/sweep/hold-line.ts';
import { watchSpelling } from '../../shared/core/sweep/watch-serial.ts';
import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError } from '../terminal/command-error.ts';

/** Where hold files lie. */
export const HOLDS = 'control/holds/';

/** One line of a new hold file. */
export interface NewHold {
  readonly instance: InstanceId;
  readonly device: DeviceSerial;
  readonly ca?: CaSerial;
  readonly owner: string;
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
}

const HEADER = 'instance,device_sn,ca_sn,owner,reason,until';

/** The text of a hold file. Semicolons and tabs in foreign words become commas, so that they separate nothing. */
export function holdText(holds: readonly NewHold[]): string {
  const words = (text: string): string => csvCell(displayText(text.replace(/[;\t]/g, ',')));
  const lines = holds.map(({ ca, device, instance, owner, reason, until }) =>
    [
      instance,
      watchSpelling(device),
      ca === undefined ? '' : watchSpelling(ca),
      words(owner),
      words(reason),
      until,
    ].join(','),
  );
  return [HEADER, ...lines, ''].join('\n');
}

/**
 * Writes a hold file that did not exist before, after reading its text as the sweep will: every line must hold exactly
 * the device it was made for.
 *
 * @param label - What the name begins with, such as the device or the sweep that is undone.
 */
export async function createHoldFile(
  store: ObjectStore,
  holds: readonly NewHold[],
  named: { readonly label: string; readonly now: EpochMs },
): Promise<ObjectKey> {
  const text = holdText(holds);
  const key = objectKey(
    `${HOLDS}${isoOf(named.now).slice(0, 10)}-${named.label}-${randomBytes(4).toString('hex')}.csv`,
  );
  const read = readHoldFile(text, key);
  const isMeant = holds.every(({ device }, at) => {
    const devices = read[at]?.devices;
    return devices !== 'every' && devices?.includes(device) === true && read[at]?.until !== undefined;
  });
  if (!isMeant || read.length !== holds.length) throw new TypeError('a hold that was made here does not read as meant');
  const created = await store.create({ key, bytes: Buffer.from(text), contentType: 'text/csv' });
  if (created === 'created') return key;
  throw new CommandError({ code: 'hold-exists', message: `${key} exists already`, next: 'Try again.' });
}
