import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import { breakerFor } from './breaker.ts';
import { countClasses, registeredOf } from './counts.ts';
import { readMemory } from './device-memory.ts';
import { type Candidate, type GuardContext, isReleased, type Veto, vetoFor } from './guardrails.ts';
import { deviceAt } from './packed-serials.ts';
import type { RuleInputs } from './sweep-outcome.ts';

/** What the guardrails need of an inactive device besides its place in the list. */
export interface InactiveDetail {
  /** The service's spelling, for the calls that follow. */
  readonly spelling: string;
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

/** What is to happen to the inactive devices of a CA. */
export interface CaVerdict {
  readonly survivors: readonly { readonly device: DeviceSerial; readonly spelling: string }[];
  readonly vetoed: readonly {
    readonly device: DeviceSerial;
    readonly veto: Veto['kind'];
    readonly inputs: RuleInputs;
  }[];
  /** The breaker's inputs, when it tripped. */
  readonly breaker: RuleInputs | undefined;
}

/**
 * Decides about every inactive device of a CA: each guardrail in its order, then the breaker over those that passed.
 * A tripped breaker vetoes all of them but the released ones. Pure.
 */
export function decideCa(evidence: CaEvidence, context: GuardContext): CaVerdict {
  const survivors: { device: DeviceSerial; spelling: string }[] = [];
  const vetoed: { device: DeviceSerial; veto: Veto['kind']; inputs: RuleInputs }[] = [];
  for (const [index, detail] of [...evidence.inactive].sort(([a], [b]) => a - b)) {
    const candidate = candidateOf(evidence, index, detail);
    const veto = vetoFor(candidate, context);
    if (veto === undefined) survivors.push({ device: candidate.device, spelling: detail.spelling });
    else vetoed.push({ device: candidate.device, veto: veto.kind, inputs: veto.inputs });
  }
  const { ca, instance } = evidence;
  const isFree = ({ device }: { readonly device: DeviceSerial }): boolean =>
    isReleased({ instance, ca, device }, context.controls);
  const counts = countClasses(evidence.next);
  // More inactive devices than details are kept of: those beyond weigh as survivors, because nothing says otherwise.
  const unexamined = counts.byClass.inactive - evidence.inactive.size;
  const tripped = breakerFor({
    survivors: survivors.filter((survivor) => !isFree(survivor)).length + unexamined,
    actedUnderCa: evidence.actedUnderCa,
    actedOnInstance: evidence.actedOnInstance,
    registeredWatched: registeredOf(counts),
  });
  if (tripped === undefined) return { survivors, vetoed, breaker: undefined };
  const stopped = survivors.filter((survivor) => !isFree(survivor));
  return {
    survivors: survivors.filter(isFree),
    vetoed: [...vetoed, ...stopped.map(({ device }) => ({ device, veto: tripped.kind, inputs: tripped.inputs }))],
    breaker: tripped.inputs,
  };
}

function candidateOf(evidence: CaEvidence, index: number, detail: InactiveDetail): Candidate {
  const device = deviceAt(evidence.devices, index);
  return {
    instance: evidence.instance,
    ca: evidence.ca,
    device,
    reading: {
      serialAsReceived: detail.spelling,
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
