import * as v from 'valibot';
import type { InstanceId } from '../../core/instance.ts';
import { type ObjectKey, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { CaSerial } from '../../core/serial.ts';
import { type InactiveMemory, NO_INACTIVE_MEMORY } from '../../core/sweep/inactive-memory.ts';
import { type CaMemory, listMemoryOf, mergeMemory, placesBefore } from '../../core/sweep/list-index.ts';
import { decodeListMemory, encodeListMemory, LIST_MEMORY_MAX_BYTES } from '../../core/sweep/list-memory-bytes.ts';
import { countOf } from '../../core/sweep/packed-serials.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { memoryKey, memoryPrefix } from '../../core/sweep/sweep-layout.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { outdatedKeys } from './outdated-keys.ts';
import { packBytes, unpackBytes } from './packed-bytes.ts';
import { packMoments, unpackMoments } from './packed-dates.ts';

/** What a sweep knows of a CA's devices before it reads them. */
export interface KnownDevices {
  /** One byte per device, in the order of the list. */
  readonly memory: Uint8Array;
  /** What is known of the inactive ones besides. */
  readonly inactive: InactiveMemory;
  /** When their lasting trouble was told again last; `undefined` before the first time. */
  readonly repeatedAt: EpochMs | undefined;
}

/** In the order of the memory of the same sweep, which says whose they are. */
const MoreShape = v.object({
  schema: v.literal(2),
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  since: v.optional(v.string()),
  flapping: v.optional(v.string()),
  repeatedAt: v.optional(v.number()),
});
/** Nine octets for each of two million devices, be they as hard to pack as they can. */
const MORE_MAX_BYTES = 32 * 1024 * 1024;
/** The memory of this sweep and of two before it stay. */
const KEPT = 3;
/** How the name of what is known besides the bytes ends; it begins with that of the memory it belongs to. */
const MORE = '.since';

type More = Omit<KnownDevices, 'memory'>;
const NOTHING_MORE: More = { inactive: NO_INACTIVE_MEMORY, repeatedAt: undefined };

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
  const earlier = objects.map(({ key }) => key).filter((key) => key < prefix + sweepId && !key.endsWith(MORE));
  const newest = earlier.at(-1);
  const before = newest === undefined ? undefined : await readMemoryObject(store, newest);
  const [memory = new Uint8Array(0)] = mergeMemory(before, [watched]);
  const ofCa = before?.cas.find(({ ca }) => ca === watched.ca);
  if (newest === undefined || ofCa === undefined) return { memory, ...NOTHING_MORE };
  return { memory, ...(await readMore(store, moreKey(newest), { ofCa, devices: watched.devices })) };
}

/** Writes what this sweep remembers, and deletes what nobody will ask for again. */
export async function writeKnownDevices(
  store: ObjectStore,
  sweepId: SweepId,
  { ca, instance }: Pick<WatchedCa, 'instance' | 'ca'>,
  known: KnownDevices,
): Promise<void> {
  const { devices } = known.inactive;
  const key = memoryKey(instance, ca, sweepId);
  const bytes = encodeListMemory(listMemoryOf(sweepId, [{ ca, devices, memory: known.memory }]));
  // First, so that whoever finds the memory finds what belongs to it.
  await store.put({
    key: moreKey(key),
    bytes: Buffer.from(safeJson(packKnown(known))),
    contentType: 'application/json',
  });
  await store.put({ key, bytes, contentType: 'application/octet-stream' });
  const { objects } = await listAll(store, { prefix: memoryPrefix(instance, ca) });
  const keys = outdatedKeys(objects, moreKey(key), 2 * KEPT);
  await Promise.all(keys.map((outdated) => store.delete(outdated)));
}

async function readMemoryObject(store: ObjectStore, key: ObjectKey) {
  const read = await store.read({ key, maxBytes: LIST_MEMORY_MAX_BYTES });
  return read.kind === 'found' ? decodeListMemory(read.bytes) : undefined;
}

function moreKey(memory: ObjectKey): ObjectKey {
  return objectKey(memory + MORE);
}

function packKnown({ inactive, repeatedAt }: KnownDevices): v.InferInput<typeof MoreShape> {
  const { devices, flapping, since } = inactive;
  return {
    schema: 2,
    count: countOf(devices),
    ...(since === undefined ? {} : { since: packMoments(since) }),
    ...(flapping === undefined ? {} : { flapping: packBytes(flapping) }),
    ...(repeatedAt === undefined ? {} : { repeatedAt }),
  };
}

/** Carried over to the list of today. Without it waiting begins anew, which is the careful side, and more is told. */
async function readMore(
  store: ObjectStore,
  key: ObjectKey,
  { devices, ofCa }: { readonly ofCa: CaMemory; readonly devices: Uint8Array },
): Promise<More> {
  const read = await readJsonObject(store, key, MoreShape, MORE_MAX_BYTES);
  const count = ofCa.memory.length;
  if (read?.count !== count) return NOTHING_MORE;
  const repeatedAt = read.repeatedAt === undefined ? undefined : epochMs(read.repeatedAt);
  const since = read.since === undefined ? undefined : unpackMoments(read.since, count);
  const flapping = read.flapping === undefined ? undefined : unpackBytes(read.flapping);
  if (since === undefined && flapping === undefined) return { ...NOTHING_MORE, repeatedAt };
  const places = placesBefore(ofCa, devices);
  const inactive = {
    devices,
    since: since === undefined ? undefined : Float64Array.from(places, (place) => since[place] ?? Number.NaN),
    flapping: flapping === undefined ? undefined : Uint8Array.from(places, (place) => flapping[place] ?? 0),
  };
  return { inactive, repeatedAt };
}
