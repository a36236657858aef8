import * as v from 'valibot';
import type { InstanceId } from '../../core/instance.ts';
import { safeJson } from '../../core/safe-json.ts';
import { type CaSerial, type DeviceSerial, parseDeviceSerial } from '../../core/serial.ts';
import type { Survivor } from '../../core/sweep/decide-ca.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { USED_RELEASES, usedReleaseKey } from '../../core/sweep/sweep-layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { UnreadableControlError } from './hold-files.ts';

const Shape = v.object({ schema: v.literal(1), devices: v.array(v.string()) });
const MAX_BYTES = 4 * 1024 * 1024;

/** The CA a release is about, and the sweep in which its devices were stopped. */
export interface ReleasePlace {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  readonly sweepId: SweepId;
}

/** Devices that a release let through in other sweeps than `by`. Throws UnreadableControlError. */
export async function letThroughBefore(
  store: ObjectStore,
  { ca, instance, sweepId }: ReleasePlace,
  by: SweepId,
): Promise<ReadonlySet<DeviceSerial>> {
  const prefix = `${USED_RELEASES}${sweepId}/${instance}/${ca}/`;
  const { objects } = await listAll(store, { prefix });
  const used = new Set<DeviceSerial>();
  for (const { key } of objects.filter((object) => !object.key.startsWith(prefix + by))) {
    const note = await readJsonObject(store, key, Shape, MAX_BYTES);
    if (note === undefined) throw new UnreadableControlError(key);
    for (const device of note.devices.map(parseDeviceSerial)) if (device !== undefined) used.add(device);
  }
  return used;
}

/**
 * Notes, before anything is decided by it, that a sweep lets released devices through: no note, no second time. Each
 * release is good once for each of its devices.
 */
export async function noteReleases(
  store: ObjectStore,
  place: { readonly instance: InstanceId; readonly ca: CaSerial },
  by: { readonly id: SweepId; readonly lap: number },
  survivors: readonly Survivor[],
): Promise<void> {
  const used = new Set(survivors.map(({ release }) => release).filter((release) => release !== undefined));
  for (const released of used) {
    const devices = survivors.filter(({ release }) => release === released).map(({ device }) => device);
    const key = usedReleaseKey(place.instance, place.ca, { released, by: by.id, lap: by.lap });
    const bytes = Buffer.from(safeJson({ schema: 1, devices }));
    await store.create({ key, bytes, contentType: 'application/json' });
  }
}
