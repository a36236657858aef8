import type { InstanceId } from '../instance.ts';
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
  const named = new Map<string, HoldLine[]>();
  const sweeping: HoldLine[] = [];
  for (const line of lines) {
    if (line.devices === 'every') sweeping.push(line);
    else for (const device of line.devices) named.set(device, [...(named.get(device) ?? []), line]);
  }
  return {
    count: lines.length,
    anonymous: lines.filter((line) => line.devices !== 'every' && line.devices.length === 0),
    find: (instance, ca, device) => {
      const candidates = [...(named.get(device) ?? []), ...sweeping].filter(
        (line) => meansInstance(line, instance, instances) && (line.cas.length === 0 || line.cas.includes(ca)),
      );
      // One that is still running says more than one past its end.
      const [hold] = candidates.map((line) => foundOf(line, now)).sort((a, b) => rank(a) - rank(b));
      return hold;
    },
  };
}

function meansInstance({ instance }: HoldLine, asked: InstanceId, known: readonly InstanceId[]): boolean {
  return instance === asked || !known.some((one) => one === instance);
}

function foundOf({ file, line, owner, until }: HoldLine, now: EpochMs): FoundHold {
  const kind = until !== undefined && now > until ? 'hold-expired' : 'held';
  return { kind, owner, until, file, line };
}

function rank({ kind }: FoundHold): number {
  return kind === 'held' ? 0 : 1;
}
