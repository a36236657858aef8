import type { DeviceReading } from '../../core/device-reading.ts';
import type { InstanceId } from '../../core/instance.ts';
import { mapLimited } from '../../core/limit.ts';
import type { ServiceWord } from '../../core/outcome.ts';
import { type DeviceSerial, serviceSpellings } from '../../core/serial.ts';
import type { DeviceFinding } from '../../core/sweep/device-class.ts';
import { readMemory } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import { pagesInOrder } from './pages-in-order.ts';
import { InstanceBlockedError, type PatientCalls } from './patient-calls.ts';
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
/** Never-seen devices that are not listed are asked for within a tenth of what a sweep may spend: 70/s × 600 s. */
const STRANGERS_MAX = 4_200;
/** Known devices that are not listed are confirmed by Get, up to what half an hour allows. */
const CONFIRMATIONS_MAX = 100_000;
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
  } finally {
    absorbOthers(watched, request.now);
  }
  watched.progress.page = undefined;
  await readRest(deps, calls, request);
}

/** Goes on until a page brings nothing new, or all are seen, or asking one by one has become cheaper. */
async function readByList(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { isWholeCa, now, watched } = request;
  const first = watched.progress.page;
  let inVain = 0;
  if (first === undefined || (!isWholeCa && isDone(watched, inVain))) return;
  const seen = createSeen();
  const ahead = (): number => pagesAhead(deps, request);
  for await (const { number, page } of pagesInOrder(first, ahead, (next) => readPage(deps, calls, request, next))) {
    const before = watched.progress.readCount;
    const isNew = takePage(request, page, seen);
    if (watched.progress.readCount === before) inVain += 1;
    watched.progress.page = isNew ? number + 1 : undefined;
    if (watched.progress.others.size >= NEWCOMERS_HEAP) absorbOthers(watched, now);
    if (!isNew || number >= MAX_PAGES || (!isWholeCa && isDone(watched, inVain))) return;
  }
}

/**
 * All are seen, or asking for the rest one by one takes no more calls than were spent on pages without any of them. A
 * page with one of them on it cost no more than asking for that one.
 */
function isDone({ devices, progress }: WatchedDevices, pagesInVain: number): boolean {
  const unread = countOf(devices) - progress.readCount;
  return unread === 0 || (progress.readCount > 0 && pagesInVain >= unread);
}

/** Pages under way at once: no more than are likely still needed, so that the last ones ask for little in vain. */
function pagesAhead({ settings }: SweepDeps, { isWholeCa, watched }: DevicesToRead): number {
  if (watched.progress.page === 1) return 1; // the first says whether there is a list at all
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

/** Takes one page in; false when the pass is over: it brought no serial that is new to it, or may not be asked for. */
function takePage({ isWholeCa, now, watched }: DevicesToRead, page: PageRead, seen: Seen): boolean {
  const { progress } = watched;
  if (page === 'refused' || page === 'failed') {
    progress.isWhole = false;
    return page === 'failed'; // what a page held that could not be read is asked for one by one
  }
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

/** Devices that were not listed: known ones are confirmed, strangers within their share; the rest never connected. */
async function readRest(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, instance, now, watched }: DevicesToRead,
): Promise<void> {
  const { before, progress } = watched;
  // Where nothing was listed the list itself says nothing, so strangers are asked for like the others.
  const wasListed = progress.readCount > 0;
  const toAsk: number[] = [];
  let confirmations = 0;
  for (let index = 0; index < before.length; index += 1) {
    if (progress.isRead[index] === 1) continue;
    const isStranger = wasListed && !readMemory(before[index] ?? 0).known;
    const mayAsk = isStranger ? progress.strangersAsked < STRANGERS_MAX : confirmations < CONFIRMATIONS_MAX;
    if (!mayAsk) {
      const isAbsent = isStranger && progress.isWhole;
      noteFinding(watched, index, isAbsent ? { kind: 'not-found' } : { kind: 'failed', code: 'NotAsked' }, now);
      continue;
    }
    if (isStranger) progress.strangersAsked += 1;
    else confirmations += 1;
    toAsk.push(index);
  }
  await allOrFirstError(toAsk, deps.settings.callsAtOnce, async (index) => {
    const device = deviceAt(watched.devices, index);
    noteFinding(watched, index, await findDevice(deps, calls, { instance, caSpelling }, device), now);
  });
}

/** Like `mapLimited`, but nothing more is begun after a failure, and nothing goes on behind the caller's back. */
async function allOrFirstError<Item, Value>(
  items: readonly Item[],
  places: number,
  call: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const failures: unknown[] = [];
  const values: Value[] = [];
  await mapLimited(items, places, async (item, index) => {
    if (failures.length > 0) return;
    try {
      values[index] = await call(item);
    } catch (error) {
      failures.push(error);
    }
  });
  if (failures.length > 0) throw failures[0];
  return values;
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
