import type { DeviceSerial } from '../../core/serial.ts';
import { countOf, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import type { DevicePage } from '../../ports/mqtt-certificates.ts';
import type { SweepDeps } from './deps.ts';
import { answeredAfter } from './list-answer.ts';
import { pagesInOrder } from './pages-in-order.ts';
import { InstanceBlockedError, isUnanswered, type PatientCalls } from './patient-calls.ts';
import type { DevicesToRead } from './read-devices.ts';
import type { ListPass } from './read-progress.ts';
import { absorbOthers, noteFinding, type WatchedDevices } from './watched-devices.ts';

/** Serials of devices that are not watched, kept to see that a page brought something new. */
const OTHERS_MAX = 200_000;
/** Listed newcomers of a CA that is watched as a whole join the list in heaps, so that they are never there twice. */
const NEWCOMERS_HEAP = 20_000;
/** Far beyond the largest fleet; a list that goes on longer repeats itself. */
const MAX_PAGES = 50_000;

/**
 * Reads the watched devices of a CA page by page, until a page brings nothing new, or all are seen, or asking one by one
 * has become cheaper. How far it came is kept in the progress.
 */
export async function readByList(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { now, watched } = request;
  const { list } = watched.progress;
  if (list.kind !== 'under-way') return;
  const seen = createSeen();
  let inVain = 0;
  // Pages that brought no answer count as passed once a later one is answered; else the next try asks for them again.
  let answered: ListPass = list;
  const ahead = (): number => pagesAhead(deps, request);
  try {
    for await (const { page } of pagesInOrder(list.page, ahead, (next) => readPage(deps, calls, request, next))) {
      const before = watched.progress.readCount;
      const passed = takePage(request, page, seen);
      if (watched.progress.readCount === before) inVain += 1;
      watched.progress.list = request.isWholeCa ? passed : unlessDone(watched, passed, inVain);
      if (page !== 'unanswered') answered = watched.progress.list;
      if (watched.progress.others.size >= NEWCOMERS_HEAP) absorbOthers(watched, now);
      if (watched.progress.list.kind !== 'under-way') return;
    }
  } catch (error) {
    watched.progress.list = answered;
    throw error;
  }
}

/**
 * The pass ends when all are seen. It is left when asking for the rest one by one takes no more calls than were spent on
 * pages without any of them; a page with one of them on it cost no more than asking for that one.
 */
function unlessDone({ devices, progress }: WatchedDevices, passed: ListPass, pagesInVain: number): ListPass {
  if (passed.kind !== 'under-way') return passed;
  const unread = countOf(devices) - progress.readCount;
  if (unread === 0) return { kind: 'over', isWhole: passed.isWhole };
  return progress.readCount > 0 && pagesInVain >= unread ? { kind: 'none' } : passed;
}

/** Pages under way at once: no more than are likely still needed, so that the last ones ask for little in vain. */
function pagesAhead({ settings }: SweepDeps, { isWholeCa, watched }: DevicesToRead): number {
  const { list } = watched.progress;
  if (list.kind === 'under-way' && list.page === 1) return 1; // the first says whether there is a list at all
  if (isWholeCa) return settings.callsAtOnce;
  return Math.min(Math.ceil((countOf(watched.devices) - watched.progress.readCount) / 100), settings.callsAtOnce);
}

type PageRead = DevicePage | 'refused' | 'failed' | 'unanswered';

async function readPage(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, instance, onListRefused, watched }: DevicesToRead,
  page: number,
): Promise<PageRead> {
  try {
    const answer = await calls.read(() => deps.mqtt.listDevicesOfCa({ instance, caSpelling, page }));
    if (answer.kind !== 'failed') watched.progress.listed = answeredAfter(watched.progress.listed);
    if (answer.kind === 'not-found') return { devices: [], unreadable: 0 };
    if (answer.kind === 'answered') return answer.value;
    return isUnanswered(answer.service.code) ? 'unanswered' : 'failed';
  } catch (error) {
    // A role that may Get and not List: worth a try one by one; if that is refused too, the instance is blocked.
    if (!(error instanceof InstanceBlockedError) || error.why === 'failing') throw error;
    watched.progress.listed = { kind: 'refused', code: error.service.code };
    await onListRefused(error.service);
    return 'refused';
  }
}

/** Which devices that are not watched were listed already in this pass. */
interface Seen {
  readonly isNew: (serial: DeviceSerial) => boolean;
  /** Whether this is the page before it once more, as some lists answer past their end. */
  readonly isRepeated: (page: DevicePage) => boolean;
}

function createSeen(): Seen {
  const serials = new Set<DeviceSerial>();
  let last: string | undefined;
  return {
    isNew: (serial) => {
      if (serials.has(serial)) return false;
      if (serials.size < OTHERS_MAX) serials.add(serial);
      return true;
    },
    isRepeated: (page) => {
      const before = last;
      last = [page.unreadable, ...page.devices.map(({ serial }) => serial)].join(' ');
      return last === before;
    },
  };
}

/** Takes one page in, and says how the pass stands: it is over when a page brought no serial that is new to it. */
function takePage({ isWholeCa, now, watched }: DevicesToRead, page: PageRead, seen: Seen): ListPass {
  const { list } = watched.progress;
  // A list that may not be asked for says nothing.
  if (page === 'refused' || list.kind !== 'under-way') return { kind: 'none' };
  const isLast = list.page >= MAX_PAGES;
  const isRead = page !== 'failed' && page !== 'unanswered';
  const isWhole = list.isWhole && isRead && page.unreadable === 0 && !isLast;
  const isNew = !isRead || takeDevices({ isWholeCa, now, watched }, page, seen);
  return isNew && !isLast ? { kind: 'under-way', page: list.page + 1, isWhole } : { kind: 'over', isWhole };
}

/** Whether any of the serials is new to the pass; one that can not be read may be, unless the page is there twice. */
function takeDevices(
  { isWholeCa, now, watched }: Pick<DevicesToRead, 'isWholeCa' | 'now' | 'watched'>,
  page: DevicePage,
  seen: Seen,
): boolean {
  const { progress } = watched;
  const isRepeated = seen.isRepeated(page);
  let isNew = page.unreadable > 0 && !isRepeated;
  for (const reading of page.devices) {
    const { serial, status, validFrom, validUntil } = reading;
    const index = indexOfDevice(watched.devices, serial);
    if (index >= 0) {
      if (progress.isRead[index] !== 0) continue;
      isNew = true;
      noteFinding(watched, index, { kind: 'read', reading }, now);
    } else if (isWholeCa) {
      if (progress.others.has(serial)) continue;
      isNew = true;
      const dates = {
        ...(validFrom === undefined ? {} : { validFrom }),
        ...(validUntil === undefined ? {} : { validUntil }),
      };
      progress.others.set(serial, { status, ...dates });
    } else if (seen.isNew(serial) && !isRepeated) isNew = true;
  }
  return isNew;
}
