import { type InstanceId, parseInstanceId } from '../../core/instance.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial } from '../../core/serial.ts';
import { RELEASES } from '../../core/sweep/control-changes.ts';
import type { Release } from '../../core/sweep/controls.ts';
import { parseSweepId, type SweepId } from '../../core/sweep/sweep-id.ts';
import { eachVetoed, RELEASABLE } from '../../core/sweep/vetoed-devices.ts';
import { type DurationMs, hours } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readCaDecision } from './ca-decision.ts';
import { UnreadableControlError } from './hold-files.ts';
import { letThroughBefore, type ReleasePlace } from './used-releases.ts';

/** A release is good for so long, by the store's own clock. */
const RELEASE_LIFE: DurationMs = hours(24);
/** Nobody writes so many by hand in a day; beyond them nobody knows what is meant. */
const MAX_FRESH = 1000;
/** Old ones may lie about for years; a listing that is longer can not be trusted to be whole. */
const MAX_PAGES = 10;

/** A release that is still good, and what it is about. */
export interface ReleaseFile {
  readonly version: ObjectVersion;
  readonly place: ReleasePlace;
}

/** The releases of a bucket, for one sweep. */
export interface ReleaseFiles {
  /** Lists what is still good, reading nothing. Throws UnreadableControlError, ServiceFailure. */
  readonly list: () => Promise<readonly ReleaseFile[]>;
  /**
   * Whom those of one CA let through. Each is read once, for as long as its version stays the same.
   *
   * @throws UnreadableControlError, ServiceFailure.
   */
  readonly under: (
    ca: { readonly instance: InstanceId; readonly ca: CaSerial },
    files: readonly ReleaseFile[],
  ) => Promise<Release | 'none'>;
}

/**
 * `control/release/<instance>/<caSerial>/<sweepId>` lets through what the breaker or the flap latch stopped in that
 * sweep, each device once.
 *
 * @param by - The sweep that asks: what it has used itself is still good for it.
 */
export function releaseFiles(store: ObjectStore, by: SweepId): ReleaseFiles {
  const known = new Map<ObjectKey, { readonly etag: string; readonly release: Release }>();

  const releaseOf = async ({ place, version }: ReleaseFile): Promise<Release> => {
    const before = known.get(version.key);
    if (before?.etag === version.etag) return before.release;
    const decision = await readCaDecision(store, place.sweepId, place);
    if (decision === undefined) return new Map(); // nothing was decided there yet: asked again
    const used = await letThroughBefore(store, place, by);
    const release = new Map<DeviceSerial, SweepId>();
    for (const { device } of eachVetoed(decision.vetoed, RELEASABLE)) {
      if (!used.has(device)) release.set(device, place.sweepId);
    }
    known.set(version.key, { etag: version.etag, release });
    return release;
  };

  return {
    list: async () => {
      const { objects, serverNow } = await listAll(store, { prefix: RELEASES, maxPages: MAX_PAGES });
      const fresh = objects.filter(({ lastModified }) => serverNow - lastModified < RELEASE_LIFE);
      if (objects.length >= MAX_PAGES * 1000 || fresh.length > MAX_FRESH) throw new UnreadableControlError(RELEASES);
      return fresh.flatMap((version): ReleaseFile[] => {
        const place = placeOf(version.key);
        return place === undefined ? [] : [{ version, place }]; // one without a CA or a sweep lets nobody through
      });
    },
    under: async ({ ca, instance }, files) => {
      const own = files.filter(({ place }) => place.instance === instance && place.ca === ca);
      if (own.length === 0) return 'none';
      const through: (readonly [DeviceSerial, SweepId])[] = [];
      for (const file of own) through.push(...(await releaseOf(file)));
      return new Map(through);
    },
  };
}

function placeOf(key: string): ReleasePlace | undefined {
  const [instanceText = '', caText = '', idText = '', ...more] = key.slice(RELEASES.length).split('/');
  const [instance, ca, sweepId] = [parseInstanceId(instanceText), parseCaSerial(caText), parseSweepId(idText)];
  if (instance === undefined || ca === undefined || sweepId === undefined || more.length > 0) return undefined;
  return { instance, ca, sweepId };
}
