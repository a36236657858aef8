import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import type { FoundHold, HoldSet } from './controls.ts';
import type { HoldLine } from './hold-line.ts';

/**
 * All holds as one. A line holds a device when it may mean it: in any plausible spelling, under any CA it does not
 * exclude, in its instance or in one that this deployment does not know. Past its end a hold still holds until it is
 * removed.
 *
 * @param instances - The instances of this deployment.
 */
export function holdSetOf(lines: readonly HoldLine[], instances: readonly InstanceId[], now: EpochMs): HoldSet {
  const known = new Set<string>(instances);
  // Of several that mean the same, the one that ends last: it says most, and a device is looked up in a few steps.
  const lasting = new Map<string, HoldLine>();
  for (const line of lines) {
    for (const place of placesOf(line, known)) {
      const before = lasting.get(place);
      if (before === undefined || endOf(line) > endOf(before)) lasting.set(place, line);
    }
  }
  return {
    count: lines.length,
    anonymous: lines.filter((line) => line.devices !== 'every' && line.devices.length === 0),
    find: (instance, ca, device) => {
      let last: HoldLine | undefined;
      for (const place of placesMeaning(instance, ca, device)) {
        const line = lasting.get(place);
        if (line !== undefined && (last === undefined || endOf(line) > endOf(last))) last = line;
      }
      return last === undefined ? undefined : foundOf(last, now);
    },
  };
}

const ANY = '*';

/** Everything a line means: its devices, under each CA it may mean, in its instance or in all. */
function* placesOf({ cas, devices, instance }: HoldLine, known: ReadonlySet<string>): Generator<string, void> {
  const where = known.has(instance) ? instance : ANY;
  for (const device of devices === 'every' ? [ANY] : devices) {
    for (const ca of cas.length === 0 ? [ANY] : cas) yield `${where}/${ca}/${device}`;
  }
}

/** All places at which a line would mean this device. */
function* placesMeaning(instance: InstanceId, ca: CaSerial, device: DeviceSerial): Generator<string, void> {
  for (const where of [instance, ANY]) {
    for (const under of [ca, ANY]) {
      for (const which of [device, ANY]) yield `${where}/${under}/${which}`;
    }
  }
}

function endOf({ until }: HoldLine): number {
  return until ?? Number.POSITIVE_INFINITY;
}

function foundOf({ file, line, owner, until }: HoldLine, now: EpochMs): FoundHold {
  const kind = until !== undefined && now > until ? 'hold-expired' : 'held';
  return { kind, owner, until, file, line };
}
