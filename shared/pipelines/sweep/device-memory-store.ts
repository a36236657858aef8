import * as v from 'valibot';
import type { InstanceId } from '../../core/instance.ts';
import { type ObjectKey, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import { type CaSerial, type DeviceSerial, parseDeviceSerial } from '../../core/serial.ts';
import { listMemoryOf, mergeMemory } from '../../core/sweep/list-index.ts';
import { decodeListMemory, encodeListMemory, LIST_MEMORY_MAX_BYTES } from '../../core/sweep/list-memory-bytes.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { memoryKey, memoryPrefix } from '../../core/sweep/sweep-layout.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { outdatedKeys } from './outdated-keys.ts';

/** What a sweep knows of a CA's devices before it reads them. */
export interface KnownDevices {
  /** One byte per device, in the order of the list. */
  readonly memory: Uint8Array;
  /** Since when devices that wait for `REACTIVATE_AFTER` are inactive. */
  readonly inactiveSince: ReadonlyMap<DeviceSerial, EpochMs>;
}

const SinceShape = v.object({ schema: v.literal(1), since: v.record(v.string(), v.number()) });
const SINCE_MAX_BYTES = 4 * 1024 * 1024;
/** The memory of this sweep and of two before it stay. */
const KEPT = 3;

interface WatchedCa {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  /** Packed, sorted. */
  readonly devices: Uint8Array;
}

/**
 * Reads what sweeps before `sweepId` remembered, carried over to the list of today. The sweep's own memory is not
 * looked at, so that a lap that settles a CA again begins where the first one did.
 */
export async function readKnownDevices(
  store: ObjectStore,
  sweepId: SweepId,
  watched: WatchedCa,
): Promise<KnownDevices> {
  const prefix = memoryPrefix(watched.instance, watched.ca);
  const { objects } = await listAll(store, { prefix });
  const earlier = objects.map(({ key }) => key).filter((key) => key < prefix + sweepId);
  const bytes = earlier.filter((key) => !key.endsWith('.since')).at(-1);
  const since = earlier.filter((key) => key.endsWith('.since')).at(-1);
  const [memory] = mergeMemory(bytes === undefined ? undefined : await readMemoryObject(store, bytes), [watched]);
  return {
    memory: memory ?? new Uint8Array(0),
    inactiveSince: since === undefined ? new Map() : await readSince(store, since),
  };
}

/** Writes what this sweep remembers, and deletes what nobody will ask for again. */
export async function writeKnownDevices(
  store: ObjectStore,
  sweepId: SweepId,
  watched: WatchedCa,
  known: KnownDevices,
): Promise<void> {
  const { ca, devices, instance } = watched;
  const key = memoryKey(instance, ca, sweepId);
  const bytes = encodeListMemory(listMemoryOf(sweepId, [{ ca, devices, memory: known.memory }]));
  await store.put({ key, bytes, contentType: 'application/octet-stream' });
  await store.put({
    key: objectKey(`${key}.since`),
    bytes: Buffer.from(safeJson({ schema: 1, since: Object.fromEntries(known.inactiveSince) })),
    contentType: 'application/json',
  });
  const { objects } = await listAll(store, { prefix: memoryPrefix(instance, ca) });
  const keys = outdatedKeys(objects, objectKey(`${key}.since`), 2 * KEPT);
  await Promise.all(keys.map((outdated) => store.delete(outdated)));
}

async function readMemoryObject(store: ObjectStore, key: ObjectKey) {
  const read = await store.read({ key, maxBytes: LIST_MEMORY_MAX_BYTES });
  return read.kind === 'found' ? decodeListMemory(read.bytes) : undefined;
}

async function readSince(store: ObjectStore, key: ObjectKey): Promise<ReadonlyMap<DeviceSerial, EpochMs>> {
  const known = await readJsonObject(store, key, SinceShape, SINCE_MAX_BYTES);
  // Without it waiting begins anew, which is the careful side.
  return new Map(
    Object.entries(known?.since ?? {}).flatMap(([text, at]) => {
      const serial = parseDeviceSerial(text);
      return serial === undefined ? [] : [[serial, epochMs(at)] as const];
    }),
  );
}
