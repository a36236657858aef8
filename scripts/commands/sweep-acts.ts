import * as v from 'valibot';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial } from '../../shared/core/serial.ts';
import type { ActResult } from '../../shared/core/sweep/act-window.ts';
import { type SweepId, tickOf } from '../../shared/core/sweep/sweep-id.ts';
import { INTENTS, intentsFrom } from '../../shared/core/sweep/sweep-layout.ts';
import { days, minus, plus } from '../../shared/core/time.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import { readActs } from '../../shared/pipelines/sweep/acts.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError } from '../terminal/command-error.ts';

/** A device one sweep set out to activate, and did or may have. */
export interface ActedDevice {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  readonly device: DeviceSerial;
  /** False: the sweep set out for it, and whether it was this that switched it on nobody knows. */
  readonly isCertain: boolean;
}

const PlaceShape = v.object({ instance: v.string(), ca: v.string() });
/** Set out for, and perhaps done. */
const UNCERTAIN: readonly ActResult['result'][] = ['found-active', 'unconfirmed', 'unknown'];
const INTENT_MAX_BYTES = 64 * 1024;

/**
 * What one sweep has switched on: its intents, without what is known not to have happened.
 *
 * @throws CommandError when an intent of it can not be read: the list would not be whole.
 */
export async function actsOfSweep(store: ObjectStore, id: SweepId): Promise<readonly ActedDevice[]> {
  const began = tickOf(id);
  const startAfter = intentsFrom(minus(began, days(1)));
  const { objects } = await listAll(store, { prefix: INTENTS, startAfter });
  const keys = objects.map(({ key }) => key).filter((key) => key.includes(`-${id}-`));
  const intents = keys.filter((key) => !key.endsWith('-result.json'));
  const { unreadable, window } = await readActs(store, plus(began, days(1)));
  const spoiled = unreadable.find((key) => keys.includes(key));
  if (spoiled !== undefined) {
    throw new CommandError({
      code: 'intent-unreadable',
      message: `${spoiled} can not be read`,
      next: 'Restore it first.',
    });
  }
  const places = new Map<string, { readonly instance: InstanceId; readonly ca: CaSerial }>();
  for (const key of intents) {
    const read = await store.read({ key, maxBytes: INTENT_MAX_BYTES });
    const place = read.kind === 'found' ? placeIn(read.bytes) : undefined;
    if (place !== undefined) places.set(`${place.instance}/${place.ca}`, place);
  }
  return [...places.values()].flatMap(({ ca, instance }) => {
    const { open, settled } = window.ofSweep(id, instance, ca);
    const devices = new Map<DeviceSerial, boolean>();
    for (const { intent, results } of open) {
      for (const device of intent.devices)
        if (!results.some((one) => one.device === device)) devices.set(device, false);
    }
    for (const { device, result } of settled.values()) {
      if (result === 'reactivated') devices.set(device, true);
      else if (UNCERTAIN.includes(result)) devices.set(device, false);
    }
    return [...devices].map(([device, isCertain]) => ({ instance, ca, device, isCertain }));
  });
}

function placeIn(bytes: Buffer): { readonly instance: InstanceId; readonly ca: CaSerial } | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), PlaceShape), bytes.toString('utf8'));
  if (!parsed.success) return undefined; // the window has named it as unreadable
  const instance = parseInstanceId(parsed.output.instance);
  const ca = parseCaSerial(parsed.output.ca);
  return instance === undefined || ca === undefined ? undefined : { instance, ca };
}
