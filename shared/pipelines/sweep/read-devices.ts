import type { DeviceReading } from '../../core/device-reading.ts';
import type { InstanceId } from '../../core/instance.ts';
import { mapLimited } from '../../core/limit.ts';
import { serviceSpellings } from '../../core/serial.ts';
import { classify, type DeviceFinding } from '../../core/sweep/device-class.ts';
import { memoryByte, readMemory, remember } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../core/sweep/packed-serials.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import { InstanceBlockedError, type PatientCalls } from './patient-calls.ts';
import { INACTIVE_DETAILS_MAX, type ReadProgress } from './read-progress.ts';

/** The watched devices of one CA, and how to ask for them. */
export interface DevicesToRead {
  readonly instance: InstanceId;
  /** The service's spelling of the CA's serial. */
  readonly caSpelling: string;
  /** Packed, sorted; see `packed-serials.ts`. */
  readonly devices: Uint8Array;
  /** Memory before this sweep, one byte per device. */
  readonly before: Uint8Array;
  /** The sweep's one "now". */
  readonly now: EpochMs;
  readonly progress: ReadProgress;
  /** Hears of every listed device that is not watched by name, once or more often. */
  readonly onOther?: (reading: DeviceReading) => void;
}

/** So few devices are asked for one by one. */
const FEW_DEVICES = 5;
/** Serials of devices that are not watched, kept to see that a page brought something new. */
const OTHERS_MAX = 200_000;
/** Never-seen devices that are not listed are asked for within a tenth of what a sweep may spend: 70/s × 600 s. */
const STRANGERS_MAX = 4_200;
/** Known devices that are not listed are confirmed by Get, up to what half an hour allows. */
const CONFIRMATIONS_MAX = 100_000;

/**
 * Reads every watched device of a CA: page by page where there are many, one by one where there are few or where the
 * list was cut short. Progress is kept in `progress`, so that a lap may end anywhere and the next one go on.
 *
 * @throws OutOfTimeError, ServiceSilentError and InstanceBlockedError of the patient calls.
 */
export async function readDevices(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const total = countOf(request.devices);
  const isListed = deps.settings.read === 'list' && (total > FEW_DEVICES || request.onOther !== undefined);
  if (isListed && request.progress.page !== undefined) await readByList(deps, calls, request);
  request.progress.page = undefined;
  await readRest(deps, calls, request);
}

/** Goes on until a page brings nothing new, or all are seen, or asking one by one has become cheaper. */
async function readByList(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { progress } = request;
  const others = new Set<string>();
  const total = countOf(request.devices);
  const isComplete = (): boolean => request.onOther === undefined && progress.readCount === total;
  const isCheaperByGet = (pages: number): boolean =>
    request.onOther === undefined && pages >= total - progress.readCount && total - progress.readCount < total;
  while (progress.page !== undefined && !isComplete() && !isCheaperByGet(progress.page - 1)) {
    const first = progress.page;
    const pages = Array.from({ length: windowOf(deps, request, first) }, (_, index) => first + index);
    const answers = await Promise.all(pages.map((page) => readPage(deps, calls, request, page)));
    for (const devices of answers) {
      if (devices === 'refused') return; // by permission: everything is asked for one by one
      if (devices === undefined) continue; // not readable after patience; what it held is asked for one by one
      if (!takePage(request, devices, others)) {
        progress.page = undefined;
        return;
      }
    }
    progress.page = first + pages.length;
  }
}

/** Pages under way at once: no more than are likely still needed, so that the last window asks for little in vain. */
function windowOf(deps: SweepDeps, request: DevicesToRead, page: number): number {
  if (page === 1) return 1;
  const unread = countOf(request.devices) - request.progress.readCount;
  const needed = request.onOther === undefined ? Math.ceil(unread / 100) : deps.settings.callsAtOnce;
  return Math.max(1, Math.min(needed, deps.settings.callsAtOnce));
}

async function readPage(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, instance }: DevicesToRead,
  page: number,
): Promise<readonly DeviceReading[] | 'refused' | undefined> {
  try {
    const answer = await calls.read(() => deps.mqtt.listDevicesOfCa({ instance, caSpelling, page }));
    if (answer.kind === 'not-found') return [];
    return answer.kind === 'answered' ? answer.value.devices : undefined;
  } catch (error) {
    // A role that may Get and not List: worth a try one by one; if that is refused too, the instance is blocked.
    if (!(error instanceof InstanceBlockedError)) throw error;
    deps.runLog.write({ event: 'list-refused', instance, code: error.service.code });
    return 'refused';
  }
}

/** Takes one page in; false when it brought no serial that is new to this pass. */
function takePage(request: DevicesToRead, devices: readonly DeviceReading[], others: Set<string>): boolean {
  let isNew = false;
  for (const reading of devices) {
    const index = indexOfDevice(request.devices, reading.serial);
    if (index >= 0) {
      if (request.progress.isRead[index] === 0) {
        isNew = true;
        take(request, index, { kind: 'read', reading });
      }
    } else if (!others.has(reading.serial)) {
      isNew = true;
      if (others.size < OTHERS_MAX) others.add(reading.serial);
      request.onOther?.(reading);
    }
  }
  return isNew;
}

/** Devices that were not listed: known ones are confirmed, strangers within their share; the rest never connected. */
async function readRest(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { before, progress } = request;
  const wasListed = progress.readCount > 0;
  const toAsk: number[] = [];
  let confirmations = 0;
  for (let index = 0; index < before.length; index += 1) {
    if (progress.isRead[index] === 1) continue;
    const isKnown = readMemory(before[index] ?? 0).known;
    const isStranger = !isKnown && wasListed;
    const mayAsk = isStranger ? progress.strangersAsked < STRANGERS_MAX : confirmations < CONFIRMATIONS_MAX;
    if (!mayAsk) {
      take(request, index, isKnown ? { kind: 'failed', code: 'not-listed' } : { kind: 'not-found' });
      continue;
    }
    if (isStranger) progress.strangersAsked += 1;
    else confirmations += 1;
    toAsk.push(index);
  }
  await mapLimited(toAsk, deps.settings.callsAtOnce, async (index) => {
    take(request, index, await readOne(deps, calls, request, index));
  });
}

async function readOne(
  deps: SweepDeps,
  calls: PatientCalls,
  { caSpelling, devices, instance }: DevicesToRead,
  index: number,
): Promise<DeviceFinding> {
  for (const deviceSpelling of serviceSpellings(deviceAt(devices, index))) {
    const answer = await calls.read(() => deps.mqtt.getDevice({ instance, caSpelling, deviceSpelling }));
    if (answer.kind === 'answered') return { kind: 'read', reading: answer.value };
    if (answer.kind === 'failed') return { kind: 'failed', code: answer.service.code };
  }
  return { kind: 'not-found' };
}

function take({ before, now, progress }: DevicesToRead, index: number, finding: DeviceFinding): void {
  const memory = readMemory(before[index] ?? 0);
  const found = classify(finding, memory.known, now);
  // Whether lasting trouble is repeated today changes what is told, not what is remembered.
  progress.next[index] = memoryByte(remember(memory, found, false).memory);
  progress.isRead[index] = 1;
  progress.readCount += 1;
  if (found.class !== 'inactive' || finding.kind !== 'read' || progress.inactive.size >= INACTIVE_DETAILS_MAX) return;
  const { serialAsReceived, validFrom, validUntil } = finding.reading;
  progress.inactive.set(index, { spelling: serialAsReceived, validFrom, validUntil });
}
