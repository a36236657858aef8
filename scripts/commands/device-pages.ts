import type { DeviceReading } from '../../shared/core/device-reading.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { Reading } from './reading.ts';

/** Pages that bring nothing new end a listing; a service that repeats itself for ever must not fill a disk. */
const MAX_PAGES = 50_000;

/**
 * Goes through the device certificates of a CA page by page, each device once, until a page brings nothing new: pages
 * shift while they are read, and `Total` is documented in two meanings.
 *
 * @param visit - Hears the new devices of each page.
 * @returns How many devices there are, or the number of the page that could not be read.
 */
export async function eachDevicePage(
  { calls, deps }: Reading,
  place: { readonly instance: InstanceId; readonly caSpelling: string },
  visit: (devices: readonly DeviceReading[]) => Promise<void> | void,
): Promise<{ readonly kind: 'whole'; readonly count: number } | { readonly kind: 'cut'; readonly page: number }> {
  const seen = new Set<string>();
  const isNew = ({ serial }: DeviceReading): boolean => seen.size < seen.add(serial).size;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await calls.read(() => deps.mqtt.listDevicesOfCa({ ...place, page }));
    if (answer.kind === 'failed') return { kind: 'cut', page };
    const devices = answer.kind === 'answered' ? answer.value.devices : [];
    const news = devices.filter(isNew);
    if (news.length === 0) return { kind: 'whole', count: seen.size };
    await visit(news);
  }
  return { kind: 'cut', page: MAX_PAGES };
}
