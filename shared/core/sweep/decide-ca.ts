import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import { weigh } from './breaker.ts';
import { countClasses, registeredOf } from './counts.ts';
import { readMemory } from './device-memory.ts';
import { type Candidate, type GuardContext, releaseOf, type VetoKind, vetoFor } from './guardrails.ts';
import { deviceAt } from './packed-serials.ts';
import type { SweepId } from './sweep-id.ts';
import type { RuleInputs } from './sweep-outcome.ts';

/** What the guardrails need of an inactive device besides its place in the list. */
export interface InactiveDetail {
  readonly validFrom: EpochMs | undefined;
  readonly validUntil: EpochMs | undefined;
}

/** Everything known about the devices of one CA after the reading. */
export interface CaEvidence {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** 1 where the watch list asks for the device, in the order of `devices`. */
  readonly reactivate: Uint8Array;
  /** Memory before and after this sweep, in the order of `devices`. */
  readonly before: Uint8Array;
  readonly next: Uint8Array;
  /** By place in the list. */
  readonly inactive: ReadonlyMap<number, InactiveDetail>;
  /** When an inactive device was first found so; the sweep's now for one that was not inactive before. */
  readonly inactiveSince: (device: DeviceSerial) => EpochMs;
  readonly lastActivatedAt: (device: DeviceSerial) => EpochMs | undefined;
  readonly actedUnderCa: number;
  readonly actedOnInstance: number;
}

/** An inactive device that is to be activated. */
export interface Survivor {
  readonly device: DeviceSerial;
  /** The sweep whose release names it: that release is used up by it. */
  readonly release: SweepId | undefined;
}

/** An inactive device that is left as it is, and why. */
export interface VetoedDevice {
  readonly device: DeviceSerial;
  readonly veto: VetoKind;
  readonly inputs: RuleInputs;
}

/** What is to happen to the inactive devices of a CA. */
export interface CaVerdict {
  readonly survivors: readonly Survivor[];
  readonly vetoed: readonly VetoedDevice[];
  /** What the breaker weighed, and whether it tripped. */
  readonly breaker: { readonly isOpen: boolean; readonly inputs: RuleInputs };
}

/**
 * Decides about every inactive device of a CA: each guardrail in its order, then the breaker over those that passed.
 * A tripped breaker vetoes all of them but the released ones. Pure.
 */
export function decideCa(evidence: CaEvidence, context: GuardContext): CaVerdict {
  const survivors: Survivor[] = [];
  const vetoed: VetoedDevice[] = [];
  for (const [index, detail] of [...evidence.inactive].sort(([a], [b]) => a - b)) {
    const candidate = candidateOf(evidence, index, detail);
    const { device } = candidate;
    const veto = vetoFor(candidate, context);
    if (veto === undefined) survivors.push({ device, release: releaseOf(candidate, context.controls) });
    else vetoed.push({ device, veto: veto.kind, inputs: veto.inputs });
  }
  const free = survivors.filter(({ release }) => release !== undefined);
  const counts = countClasses(evidence.next);
  // More inactive devices than details are kept of: those beyond weigh as survivors, because nothing says otherwise.
  const unexamined = counts.byClass.inactive - evidence.inactive.size;
  const weighed = weigh({
    survivors: survivors.length + unexamined,
    released: free.length,
    actedUnderCa: evidence.actedUnderCa,
    actedOnInstance: evidence.actedOnInstance,
    registeredWatched: registeredOf(counts),
  });
  if (!weighed.isOpen) return { survivors, vetoed, breaker: weighed };
  const stopped = survivors.filter(({ release }) => release === undefined);
  const { inputs } = weighed;
  return {
    survivors: free,
    vetoed: [...vetoed, ...stopped.map(({ device }) => ({ device, veto: 'breaker' as const, inputs }))],
    breaker: weighed,
  };
}

function candidateOf(evidence: CaEvidence, index: number, detail: InactiveDetail): Candidate {
  const device = deviceAt(evidence.devices, index);
  return {
    instance: evidence.instance,
    ca: evidence.ca,
    device,
    reading: {
      serialAsReceived: device,
      serial: device,
      caSerialAsReceived: '',
      name: '',
      status: 'inactive',
      ...(detail.validFrom === undefined ? {} : { validFrom: detail.validFrom }),
      ...(detail.validUntil === undefined ? {} : { validUntil: detail.validUntil }),
    },
    isAskedFor: evidence.reactivate[index] === 1,
    wasSeenActive: readMemory(evidence.before[index] ?? 0).seenActive,
    lastActivatedAt: evidence.lastActivatedAt(device),
    inactiveSince: evidence.inactiveSince(device),
  };
}
