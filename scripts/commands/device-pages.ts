import type { DeviceReading } from '../../shared/core/device-reading.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { DevicePage } from '../../shared/ports/mqtt-certificates.ts';
import type { Reading } from './reading.ts';

/** Pages that bring nothing new end a listing; a service that repeats itself for ever must not fill a disk. */
const MAX_PAGES = 50_000;

/** What going through a list came to. */
export type ListedDevices =
  | { readonly kind: 'whole'; readonly count: number }
  /** Its end was not reached: the number of the page that could not be read, or beyond which nobody asked. */
  | { readonly kind: 'cut'; readonly page: number }
  /** Read to its end, with entries that name no readable serial: each may be any device that is not named. */
  | { readonly kind: 'with-gaps'; readonly unreadable: number };

/**
 * Goes through the device certificates of a CA page by page, each device once, until a page brings nothing new: pages
 * shift while they are read, and `Total` is documented in two meanings.
 *
 * @param visit - Hears the new devices of each page.
 */
export async function eachDevicePage(
  { calls, deps }: Reading,
  place: { readonly instance: InstanceId; readonly caSpelling: string },
  visit: (devices: readonly DeviceReading[]) => Promise<void> | void,
): Promise<ListedDevices> {
  const seen = new Set<string>();
  const isNew = ({ serial }: DeviceReading): boolean => seen.size < seen.add(serial).size;
  let unreadable = 0;
  let last = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await calls.read(() => deps.mqtt.listDevicesOfCa({ ...place, page }));
    if (answer.kind === 'failed') return { kind: 'cut', page };
    const read = answer.kind === 'answered' ? answer.value : NOBODY;
    const news = read.devices.filter(isNew);
    // Some lists give their last page again and again.
    const isRepeated = nameOf(read) === last;
    last = nameOf(read);
    const isEnd = news.length === 0 && (read.unreadable === 0 || isRepeated);
    if (isEnd) return unreadable === 0 ? { kind: 'whole', count: seen.size } : { kind: 'with-gaps', unreadable };
    unreadable += read.unreadable;
    await visit(news);
  }
  return { kind: 'cut', page: MAX_PAGES };
}

const NOBODY: DevicePage = { devices: [], unreadable: 0 };

function nameOf({ devices, unreadable }: DevicePage): string {
  return [unreadable, ...devices.map(({ serial }) => serial)].join(' ');
}
