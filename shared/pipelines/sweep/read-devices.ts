import type { InstanceId } from '../../core/instance.ts';
import { eachLimited } from '../../core/limit.ts';
import { type DeviceSerial, serviceSpellings } from '../../core/serial.ts';
import type { ServiceWord } from '../../core/service-word.ts';
import type { DeviceFinding } from '../../core/sweep/device-class.ts';
import { readMemory } from '../../core/sweep/device-memory.ts';
import { countOf, deviceAt } from '../../core/sweep/packed-serials.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SweepDeps } from './deps.ts';
import { isUnanswered, type PatientCalls } from './patient-calls.ts';
import { readByList } from './read-by-list.ts';
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
/**
 * Never-seen devices that a list does not name are asked for within a tenth of what a sweep may spend, 70/s × 600 s: one
 * that is not there costs two calls, one for each spelling of its serial.
 */
const STRANGERS_MAX = 2_100;

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

/**
 * Asks one by one for the devices that were not listed: known ones all of them, in as many laps as it takes, and strangers
 * within their share, if a list was read. The rest of the strangers never connected, if that list was whole.
 */
async function readRest(deps: SweepDeps, calls: PatientCalls, request: DevicesToRead): Promise<void> {
  const { now, watched } = request;
  const { progress } = watched;
  const { known, strangers } = unreadOf(watched);
  const share = progress.list.kind === 'none' ? strangers.length : Math.max(0, STRANGERS_MAX - progress.strangersAsked);
  const note = (index: number, finding: DeviceFinding): void => {
    noteFinding(watched, index, finding, now);
    // Charged when the answer is here: one that a lap had no time for is asked for, and charged, by the next.
    if (isStranger(watched, index)) progress.strangersAsked += 1;
  };
  // Nobody's fault while the service is silent: noted once it answers others, left to the next try if it never does.
  const unanswered = new Map<number, DeviceFinding>();
  const noteUnanswered = (): void => {
    for (const [index, finding] of unanswered) note(index, finding);
    unanswered.clear();
  };
  await eachLimited([...known, ...strangers.slice(0, share)], deps.settings.callsAtOnce, async (index) => {
    const finding = await findDevice(deps, calls, request, deviceAt(watched.devices, index));
    if (finding.kind === 'failed' && isUnanswered(finding.code)) {
      unanswered.set(index, finding);
      return;
    }
    noteUnanswered();
    note(index, finding);
  });
  noteUnanswered();
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
