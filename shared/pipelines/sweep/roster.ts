import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { InstanceId } from '../../core/instance.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import type { CaSerial } from '../../core/serial.ts';
import { SERIAL_OCTETS } from '../../core/sweep/packed-serials.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { rosterKey, rosterPrefix } from '../../core/sweep/sweep-layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';

/** Keeps every object below 10 MB. */
const PART_SERIALS = 400_000;
const PART_MAX_BYTES = 10 * 1024 * 1024;
/** Versions that stay: the newest, and the one before it for whoever is reading. */
const KEPT = 2;

interface Place {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
}

/**
 * Reads every device that was ever seen under a CA that is watched as a whole, as this sweep or an earlier one left it:
 * packed, sorted; empty when none is known, or what is there can not be read (then the list alone says who is there).
 */
export async function readRoster(store: ObjectStore, { ca, instance }: Place, sweepId: SweepId): Promise<Uint8Array> {
  const newest = (await versionsOf(store, { ca, instance })).findLast(
    ({ isWhole, name }) => isWhole && name.slice(0, sweepId.length) <= sweepId,
  );
  const parts: Buffer[] = [];
  for (const key of newest?.keys ?? []) {
    const read = await store.read({ key, maxBytes: PART_MAX_BYTES });
    const part = read.kind === 'found' ? inflate(read.bytes) : undefined;
    if (part === undefined || part.length % SERIAL_OCTETS !== 0) return new Uint8Array(0);
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** Writes the roster under a name of its own, part by part, and deletes what nobody will read again. */
export async function writeRoster(
  store: ObjectStore,
  place: Place,
  at: { readonly id: SweepId; readonly lap: number },
  devices: Uint8Array,
): Promise<void> {
  const size = PART_SERIALS * SERIAL_OCTETS;
  const count = Math.max(1, Math.ceil(devices.length / size));
  const name = `${at.id}-${String(at.lap).padStart(6, '0')}-${String(count).padStart(3, '0')}`;
  for (let part = 0; part < count; part += 1) {
    const bytes = deflateRawSync(devices.subarray(part * size, (part + 1) * size), { level: 1 });
    const key = rosterKey(place.instance, place.ca, name, part);
    await store.put({ key, bytes, contentType: 'application/octet-stream' });
  }
  const versions = await versionsOf(store, place);
  const outdated = versions.filter((version) => version.name < name).slice(0, -(KEPT - 1));
  // What is named later comes of a clock that was wrong then.
  const impossible = versions.filter((version) => version.name > name);
  const keys = [...outdated, ...impossible].flatMap((version) => version.keys);
  await Promise.all(keys.map((key) => store.delete(key)));
}

interface Version {
  readonly name: string;
  readonly keys: readonly ObjectKey[];
  readonly isWhole: boolean;
}

/** Oldest first. */
async function versionsOf(store: ObjectStore, { ca, instance }: Place): Promise<readonly Version[]> {
  const prefix = rosterPrefix(instance, ca);
  const { objects } = await listAll(store, { prefix });
  const names = new Map<string, ObjectKey[]>();
  for (const { key } of objects) {
    const name = key.slice(prefix.length).replace(/-\d{3}$/, '');
    names.set(name, [...(names.get(name) ?? []), key]);
  }
  return [...names].map(([name, keys]) => ({ name, keys, isWhole: keys.length === Number(name.slice(-3)) }));
}

function inflate(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { maxOutputLength: PART_SERIALS * SERIAL_OCTETS });
  } catch {
    return undefined; // cut short or not ours
  }
}
