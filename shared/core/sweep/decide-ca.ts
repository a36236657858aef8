import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import { weigh } from './breaker.ts';
import type { LastingReasons } from './ca-findings.ts';
import { countClasses, registeredOf } from './counts.ts';
import { readMemory } from './device-memory.ts';
import { type Candidate, type GuardContext, isFlapping, releaseOf, vetoesFor, vetoFor } from './guardrails.ts';
import type { InactiveDates } from './inactive-dates.ts';
import { type LastingTable, lastingTable, type StoppedDevice } from './lasting-reasons.ts';
import { deviceAt } from './packed-serials.ts';
import type { SweepId } from './sweep-id.ts';
import type { RuleInputs } from './sweep-outcome.ts';
import { type VetoedDevices, type VetoTable, vetoTable } from './vetoed-devices.ts';

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
  /** Validity of the inactive ones, by place in the list. */
  readonly dates: Pick<InactiveDates, 'get'>;
  /** When an inactive device was first found so; the sweep's now for one that was not inactive before. */
  readonly inactiveSince: (device: DeviceSerial) => EpochMs;
  readonly lastActivatedAt: (device: DeviceSerial) => EpochMs | undefined;
  /** The code with which its last activation failed; `undefined` for one that did not fail. */
  readonly lastFailure: (device: DeviceSerial) => string | undefined;
  readonly actedUnderCa: number;
  readonly actedOnInstance: number;
}

/** An inactive device that is to be activated. */
export interface Survivor {
  readonly device: DeviceSerial;
  /** The sweep whose release names it: that release is used up by it. */
  readonly release: SweepId | undefined;
}

/** What is to happen to the inactive devices of a CA. */
export interface CaVerdict {
  readonly survivors: readonly Survivor[];
  readonly vetoed: VetoedDevices;
  readonly lasting: LastingReasons;
  /** What the breaker weighed, and whether it tripped. */
  readonly breaker: { readonly isOpen: boolean; readonly inputs: RuleInputs };
}

/** Released devices let through by one sweep; the others stay released and have their turn in the next. */
const RELEASED_AT_ONCE = 20_000;

/**
 * Decides about every inactive device of a CA, however many there are: each guardrail in its order, then the breaker over
 * those that passed. A tripped breaker vetoes all of them but the released ones. Pure.
 */
export function decideCa(evidence: CaEvidence, context: GuardContext): CaVerdict {
  const vetoes = vetoTable(evidence.next.length);
  const lasting = lastingTable();
  const passed = askGuardrails(evidence, context, { vetoes, lasting });
  const breaker = weigh({
    survivors: passed.count,
    released: passed.released,
    actedUnderCa: evidence.actedUnderCa,
    actedOnInstance: evidence.actedOnInstance,
    registeredWatched: registeredOf(countClasses(evidence.next)),
  });
  const survivors: Survivor[] = [];
  for (let index = 0; index < passed.marks.length; index += 1) {
    if (passed.marks[index] === 0) continue;
    const release = passed.releases.get(index);
    const isReleased = passed.marks[index] === RELEASED;
    const device = deviceAt(evidence.devices, index);
    if (release !== undefined || !(breaker.isOpen || isReleased)) {
      survivors.push({ device, release });
      continue;
    }
    vetoes.put(index, { kind: 'breaker', inputs: isReleased ? { release: 'next-sweep' } : breaker.inputs });
    lasting.note({ vetoes: ['breaker'], ...pastOf(evidence, device, context) });
  }
  return { survivors, vetoed: vetoes.of(evidence.devices), lasting: lasting.reasons(), breaker };
}

const PASSED = 1;
const RELEASED = 2;

/** The devices that no guardrail stopped. */
interface Passed {
  /** One octet per device of the list. */
  readonly marks: Uint8Array;
  readonly count: number;
  readonly released: number;
  /** By place in the list; of as many as have their turn now. */
  readonly releases: ReadonlyMap<number, SweepId>;
}

function askGuardrails(
  evidence: CaEvidence,
  context: GuardContext,
  { lasting, vetoes }: { readonly vetoes: VetoTable; readonly lasting: LastingTable },
): Passed {
  const marks = new Uint8Array(evidence.next.length);
  const releases = new Map<number, SweepId>();
  let count = 0;
  let released = 0;
  for (let index = 0; index < marks.length; index += 1) {
    if (readMemory(evidence.next[index] ?? 0).class !== 'inactive') continue;
    const candidate = candidateOf(evidence, index);
    const veto = vetoFor(candidate, context);
    if (veto !== undefined) {
      vetoes.put(index, veto);
      lasting.note({ vetoes: vetoesFor(candidate, context), ...pastOf(evidence, candidate.device, context) });
      continue;
    }
    const release = releaseOf(candidate, context.controls);
    marks[index] = release === undefined ? PASSED : RELEASED;
    count += 1;
    if (release === undefined) continue;
    released += 1;
    if (releases.size < RELEASED_AT_ONCE) releases.set(index, release);
  }
  return { marks, count, released, releases };
}

function pastOf(evidence: CaEvidence, device: DeviceSerial, { now }: GuardContext): Omit<StoppedDevice, 'vetoes'> {
  return {
    isFlapping: isFlapping(evidence.lastActivatedAt(device), now),
    lastFailure: evidence.lastFailure(device),
  };
}

function candidateOf(evidence: CaEvidence, index: number): Candidate {
  const { validFrom, validUntil } = evidence.dates.get(index);
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
      ...(validFrom === undefined ? {} : { validFrom }),
      ...(validUntil === undefined ? {} : { validUntil }),
    },
    isAskedFor: evidence.reactivate[index] === 1,
    wasSeenActive: readMemory(evidence.before[index] ?? 0).seenActive,
    lastActivatedAt: evidence.lastActivatedAt(device),
    inactiveSince: evidence.inactiveSince(device),
  };
}
