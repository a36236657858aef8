import type { InstanceId } from '../instance.ts';
import { type ObjectKey, objectKey } from '../object-version.ts';
import type { CaSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import type { SweepId } from './sweep-id.ts';

/** Everything the sweep writes down lies here. */
export const SWEEP_STATE = 'state/sweep/';

/** One lease for the whole deployment: two sweeps at once would spend the call budget twice. */
export const SWEEP_LEASE = `${SWEEP_STATE}lease/`;

/** One folder per sweep; the newest is the last in byte order. */
export const SWEEPS = `${SWEEP_STATE}sweeps/`;

/** Intents of all sweeps by time, so that the windows of the guardrails are one listing. */
export const INTENTS = `${SWEEP_STATE}intents/`;

function sweepPrefix(id: SweepId): string {
  return `${SWEEPS}${id}/`;
}

/** One object per sweep, so that the newest is found without listing what all of them wrote. */
export const STARTED = `${SWEEP_STATE}started/`;

/** What the control files were when they were looked at last. */
export const CONTROL_INDEX_KEY = objectKey(`${SWEEP_STATE}control-index.json`);

/** When a sweep was complete last. */
export const HEARTBEAT_KEY = objectKey(`${SWEEP_STATE}heartbeat.json`);

/** Releases that were used: one object for each decision that used one. */
export const USED_RELEASES = `${SWEEP_STATE}released/`;

/** A release that was used by one lap of a sweep. */
export function usedReleaseKey(
  instance: InstanceId,
  ca: CaSerial,
  use: { readonly released: SweepId; readonly by: SweepId; readonly lap: number },
): ObjectKey {
  return objectKey(`${USED_RELEASES}${use.released}/${instance}/${ca}/${use.by}-${pad(use.lap, 6)}.json`);
}

/** Written once, by whoever begins the sweep. */
export function startedKey(id: SweepId): ObjectKey {
  return objectKey(`${STARTED}${id}.json`);
}

/** Where the claims of a sweep's laps lie. */
export function lapPrefix(id: SweepId): string {
  return `${sweepPrefix(id)}lap/`;
}

/** Every device ever seen under a CA that is watched as a whole, in parts; the newest sweep's counts. */
export function rosterPrefix(instance: InstanceId, ca: CaSerial): string {
  return `${SWEEP_STATE}roster/${instance}/${ca}/`;
}

/** One part of the roster as one lap of a sweep left it. */
export function rosterKey(instance: InstanceId, ca: CaSerial, name: string, part: number): ObjectKey {
  return objectKey(`${rosterPrefix(instance, ca)}${name}-${pad(part, 3)}`);
}

/** The claim of one lap; a duplicated self-call finds it taken. */
export function lapKey(id: SweepId, lap: number): ObjectKey {
  return objectKey(`${lapPrefix(id)}${pad(lap, 6)}.json`);
}

/** Checkpoints of a sweep: the highest (epoch, sequence) counts. */
export function checkpointPrefix(id: SweepId): string {
  return `${sweepPrefix(id)}checkpoint/`;
}

/** One checkpoint, written by the holder of the lease with this epoch. */
export function checkpointKey(id: SweepId, epoch: number, sequence: number): ObjectKey {
  return objectKey(`${checkpointPrefix(id)}${pad(epoch, 12)}-${pad(sequence, 6)}`);
}

/** What was decided about one CA in this sweep; carried out by whoever comes after a crash. */
export function caDecisionKey(id: SweepId, instance: InstanceId, ca: CaSerial): ObjectKey {
  return objectKey(`${sweepPrefix(id)}decided/${instance}/${ca}`);
}

/** The counts of one CA, for the summary of the sweep. */
export function caDoneKey(id: SweepId, instance: InstanceId, ca: CaSerial): ObjectKey {
  return objectKey(`${caDonePrefix(id)}${instance}/${ca}.json`);
}

/** Where the counts of all CAs of a sweep lie. */
export function caDonePrefix(id: SweepId): string {
  return `${sweepPrefix(id)}settled/`;
}

/** The end of a sweep. */
export function finishedKey(id: SweepId): ObjectKey {
  return objectKey(`${sweepPrefix(id)}finished.json`);
}

/** The memory of one CA's devices after a sweep; the newest counts. */
export function memoryPrefix(instance: InstanceId, ca: CaSerial): string {
  return `${SWEEP_STATE}memory/${instance}/${ca}/`;
}

/** The memory of one CA's devices as one sweep left it. */
export function memoryKey(instance: InstanceId, ca: CaSerial, id: SweepId): ObjectKey {
  return objectKey(`${memoryPrefix(instance, ca)}${id}`);
}

/** What is remembered of the CAs of an instance; the newest counts. */
export function caMemoryPrefix(instance: InstanceId): string {
  return `${SWEEP_STATE}cas/${instance}/`;
}

/** What is remembered of the CAs of an instance, as one sweep left it. */
export function caMemoryKey(instance: InstanceId, id: SweepId): ObjectKey {
  return objectKey(`${caMemoryPrefix(instance)}${id}.json`);
}

/** What conditions are kept for: an instance, what stands in the way of the whole deployment, or the watch lists. */
export type ConditionScope = InstanceId | 'deployment' | 'watch';

/** Conditions that were told; the newest sweep's count. */
export function conditionsPrefix(scope: ConditionScope): string {
  return `${SWEEP_STATE}conditions/${scope}/`;
}

/** The conditions that stand open after a sweep, and those it ended. */
export function conditionsKey(scope: ConditionScope, id: SweepId): ObjectKey {
  return objectKey(`${conditionsPrefix(scope)}${id}.json`);
}

/** How much of what is to be told about the devices of a CA was told before a lap ended. */
export function toldKey(id: SweepId, instance: InstanceId, ca: CaSerial): ObjectKey {
  return objectKey(`${sweepPrefix(id)}told/${instance}/${ca}.json`);
}

/** One intent: a batch of devices about to be activated. Its name begins with its time. */
export function intentKey(at: EpochMs, id: SweepId, sequence: string): ObjectKey {
  return objectKey(`${INTENTS}${pad(at, 13)}-${id}-${sequence}.json`);
}

/** What became of an intent. */
export function intentResultKey(intent: ObjectKey): ObjectKey {
  return objectKey(intent.replace(/\.json$/, '-result.json'));
}

/** The first key an intent of `at` or later can have. */
export function intentsFrom(at: EpochMs): string {
  return `${INTENTS}${pad(at, 13)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
