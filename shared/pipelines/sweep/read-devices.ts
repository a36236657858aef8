import type { DeviceReading } from '../../core/device-reading.ts';
import type { InstanceId } from '../../core/instance.ts';
import { eachLimited } from '../../core/limit.ts';
import type { ServiceWord } from '../../core/outcome.ts';
import { type DeviceSerial, serviceSpellings } from '../../core/serial.ts';
import type { DeviceFinding } from '../../core/sweep/device-class.ts';
import { readMemory } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import { pagesInOrder } from './pages-in-order.ts';
import { InstanceBlockedError, type PatientCalls } from './patient-calls.ts';
import type { ListPass } from './read-progress.ts';
import { absorbOthers, noteFinding, type WatchedDevices } from './watched-devices.ts';

/** The watched devices of one CA, and how to ask for them. */
export interface DevicesToRead {
  readonly instance: InstanceId;
  /** The service's spelling of the CA's serial. */
  readonly caSpelling: string;
  readonly watched: WatchedDevices;
  /** Every device of the CA is watched: those that are listed join the list. */
  readonly isWholeCa: boolean;
  /** The sweep's one "now". */
  readonly now: EpochMs;
  /** Hears that the role may not list, with the service's code. */
  readonly onListRefused: (service: ServiceWord) => Promise<void>;
}

/** So few devices are asked for one by one. */
const FEW_DEVICES = 5;
/** Serials of devices that are not watched, kept to see that a page brought something new. */
const OTHERS_MAX = 200_000;
/** Listed newcomers of a CA that is watched as a whole join the list in heaps, so that they are never there twice. */
const NEWCOMERS_HEAP = 20_000;
/**
 * Never-seen devices that a list does not name are asked for within a tenth of what a sweep may spend, 70/s × 600 s: one
 * that is not there costs two calls, one for each spelling of its serial.
 */
const STRANGERS_MAX = 2_100;
/** Far beyond the largest fleet; a list that goes on longer repeats itself. */
const MAX_PAGES = 50_000;

/**
 * Reads every watched device of a CA: page by page where there are many, one by one where there are few or where the
 * list was cut short. Progress is kept in `watched`, so that a lap may end anywhere and the next one go on.
 *
 * @throws OutOfTimeError, ServiceSilentError and InstanceBlockedError of the patient calls.
 */
export async function readDevices(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { isWholeCa, watched } = request;
  const isMany = isWholeCa || countOf(watched.devices) > FEW_DEVICES;
  try {
    if (deps.settings.read === 'list' && isMany) await readByList(deps, calls, request);
    else watched.progress.list = { kind: 'none' };
  } finally {
    absorbOthers(watched, request.now);
  }
  await readRest(deps, calls, request);
}

/** Goes on until a page brings nothing new, or all are seen, or asking one by one has become cheaper. */
async function readByList(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { now, watched } = request;
  const { list } = watched.progress;
  if (list.kind !== 'under-way') return;
  const seen = createSeen();
  let inVain = 0;
  const ahead = (): number => pagesAhead(deps, request);
  for await (const { page } of pagesInOrder(list.page, ahead, (next) => readPage(deps, calls, request, next))) {
    const before = watched.progress.readCount;
    const passed = takePage(request, page, seen);
    if (watched.progress.readCount === before) inVain += 1;
    watched.progress.list = request.isWholeCa ? passed : unlessDone(watched, passed, inVain);
    if (watched.progress.others.size >= NEWCOMERS_HEAP) absorbOthers(watched, now);
    if (watched.progress.list.kind !== 'under-way') return;
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

type PageRead = readonly DeviceReading[] | 'refused' | 'failed';

async function readPage(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, instance, onListRefused }: DevicesToRead,
  page: number,
): Promise<PageRead> {
  try {
    const answer = await calls.read(() => deps.mqtt.listDevicesOfCa({ instance, caSpelling, page }));
    if (answer.kind === 'not-found') return [];
    return answer.kind === 'answered' ? answer.value.devices : 'failed';
  } catch (error) {
    // A role that may Get and not List: worth a try one by one; if that is refused too, the instance is blocked.
    if (!(error instanceof InstanceBlockedError) || error.why === 'failing') throw error;
    await onListRefused(error.service);
    return 'refused';
  }
}

/** Which devices that are not watched were listed already in this pass. */
interface Seen {
  readonly isNew: (serial: DeviceSerial) => boolean;
  /** Whether this is the page before it once more, as some lists answer past their end. */
  readonly isRepeated: (page: readonly DeviceReading[]) => boolean;
}

function createSeen(): Seen {
  const serials = new Set<DeviceSerial>();
  let last = '';
  return {
    isNew: (serial) => {
      if (serials.has(serial)) return false;
      if (serials.size < OTHERS_MAX) serials.add(serial);
      return true;
    },
    isRepeated: (page) => {
      const before = last;
      last = page.map(({ serial }) => serial).join(' ');
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
  const isWhole = list.isWhole && page !== 'failed' && !isLast;
  const isNew = page === 'failed' || takeDevices({ isWholeCa, now, watched }, page, seen);
  return isNew && !isLast ? { kind: 'under-way', page: list.page + 1, isWhole } : { kind: 'over', isWhole };
}

/** Whether any of the serials is new to the pass. */
function takeDevices(
  { isWholeCa, now, watched }: Pick<DevicesToRead, 'isWholeCa' | 'now' | 'watched'>,
  page: readonly DeviceReading[],
  seen: Seen,
): boolean {
  const { progress } = watched;
  let isNew = false;
  const isRepeated = seen.isRepeated(page);
  for (const reading of page) {
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

/**
 * Asks one by one for the devices that were not listed: known ones all of them, in as many laps as it takes, and strangers
 * within their share, if a list was read. The rest of the strangers never connected, if that list was whole.
 */
async function readRest(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { now, watched } = request;
  const { progress } = watched;
  const { known, strangers } = unreadOf(watched);
  const share = progress.list.kind === 'none' ? strangers.length : Math.max(0, STRANGERS_MAX - progress.strangersAsked);
  await eachLimited([...known, ...strangers.slice(0, share)], deps.settings.callsAtOnce, async (index) => {
    noteFinding(watched, index, await findDevice(deps, calls, request, deviceAt(watched.devices, index)), now);
    // Charged when the answer is here: one that a lap had no time for is asked for, and charged, by the next.
    if (isStranger(watched, index)) progress.strangersAsked += 1;
  });
  const isAbsent = progress.list.kind === 'over' && progress.list.isWhole;
  for (const index of strangers.slice(share)) {
    noteFinding(watched, index, isAbsent ? { kind: 'not-found' } : { kind: 'failed', code: 'NotAsked' }, now);
  }
}

function unreadOf(watched: WatchedDevices): {
  readonly known: readonly number[];
  readonly strangers: readonly number[];
} {
  const known: number[] = [];
  const strangers: number[] = [];
  for (let index = 0; index < watched.before.length; index += 1) {
    if (watched.progress.isRead[index] === 0) (isStranger(watched, index) ? strangers : known).push(index);
  }
  return { known, strangers };
}

/** Whether the service never had the device, as far as this deployment saw. */
function isStranger({ before }: WatchedDevices, index: number): boolean {
  return !readMemory(before[index] ?? 0).known;
}

/** Asks for one device in every spelling the service may know; it is not found only when it is under none. */
export async function findDevice(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, instance }: { readonly instance: InstanceId; readonly caSpelling: string | undefined },
  device: DeviceSerial,
): Promise<DeviceFinding> {
  if (caSpelling === undefined) return { kind: 'failed', code: 'CaNotRead' };
  for (const deviceSpelling of serviceSpellings(device)) {
    const answer = await calls.read(() => deps.mqtt.getDevice({ instance, caSpelling, deviceSpelling }));
    if (answer.kind === 'failed') return { kind: 'failed', code: answer.service.code };
    if (answer.kind !== 'answered') continue;
    // What is read here becomes the address of an act: an answer about another device is no answer.
    if (answer.value.serial !== device) return { kind: 'failed', code: 'OtherSerial' };
    return { kind: 'read', reading: answer.value };
  }
  return { kind: 'not-found' };
}
