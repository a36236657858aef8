import type { DeviceSerial } from '../serial.ts';
import type { VetoKind } from './guardrails.ts';
import { deviceAt, SERIAL_OCTETS } from './packed-serials.ts';
import type { RuleInputs } from './sweep-outcome.ts';

/** An inactive device that is left as it is, and why. */
export interface VetoedDevice {
  readonly device: DeviceSerial;
  readonly veto: VetoKind;
  readonly inputs: RuleInputs;
}

/** The vetoes by their numbers in the octets; only ever append to it. */
export const VETO_KINDS = [
  'paused',
  'controls-unreadable',
  'held',
  'hold-expired',
  'device-expired',
  'device-not-yet-valid',
  'ca-not-active',
  'not-asked',
  'first-sight',
  'flapping',
  'waiting',
  'breaker',
] as const satisfies readonly VetoKind[];

/** What a release lets through; every other veto stands whatever is released. */
export const RELEASABLE: readonly VetoKind[] = ['breaker', 'flapping'];

/** Different things that rules looked at, kept for one CA; a veto beyond them stands without its inputs. */
export const INPUTS_MAX = 20_000;
const NO_INPUTS = 0xffff;

/**
 * All vetoed devices of one CA, 23 octets each, in the order of the list: a fleet of a million that was switched off
 * gets a reason for each of its devices.
 */
export interface VetoedDevices {
  /** Packed, sorted. */
  readonly devices: Uint8Array;
  /** Places in {@link VETO_KINDS}, in the order of `devices`. */
  readonly codes: Uint8Array;
  /** Places in `inputs`, in the order of `devices`. */
  readonly refs: Uint16Array;
  readonly inputs: readonly RuleInputs[];
}

/** How many there are. */
export function vetoedCount({ codes }: VetoedDevices): number {
  return codes.length;
}

/** The vetoed devices one after the other, with those of `kinds` only where any are named. */
export function* eachVetoed(vetoed: VetoedDevices, kinds: readonly VetoKind[] = VETO_KINDS): Generator<VetoedDevice> {
  for (let index = 0; index < vetoed.codes.length; index += 1) {
    const veto = VETO_KINDS[vetoed.codes[index] ?? 0];
    if (veto === undefined || !kinds.includes(veto)) continue;
    const inputs = vetoed.inputs[vetoed.refs[index] ?? NO_INPUTS] ?? {};
    yield { device: deviceAt(vetoed.devices, index), veto, inputs };
  }
}

/** How many devices each guardrail stopped; those that stopped none are left out. */
export function countVetoes({ codes }: VetoedDevices): ReadonlyMap<VetoKind, number> {
  const counts = new Map<VetoKind, number>();
  for (const code of codes) {
    const veto = VETO_KINDS[code];
    if (veto !== undefined) counts.set(veto, (counts.get(veto) ?? 0) + 1);
  }
  return counts;
}

/** Takes vetoes in by place in a list of `count` devices, in any order. */
export interface VetoTable {
  readonly put: (index: number, veto: { readonly kind: VetoKind; readonly inputs: RuleInputs }) => void;
  /** The vetoed ones of the list, in its order. */
  readonly of: (devices: Uint8Array) => VetoedDevices;
}

/** An empty table. */
export function vetoTable(count: number): VetoTable {
  const codes = new Uint8Array(count); // one more than the place, so that 0 is nobody
  const refs = new Uint16Array(count);
  const inputs: RuleInputs[] = [];
  const places = new Map<string, number>();
  const refOf = (looked: RuleInputs): number => {
    const text = JSON.stringify(looked);
    const known = places.get(text);
    if (known !== undefined) return known;
    if (inputs.length >= INPUTS_MAX) return NO_INPUTS;
    places.set(text, inputs.length);
    return inputs.push(looked) - 1;
  };
  return {
    put: (index, veto) => {
      codes[index] = VETO_KINDS.indexOf(veto.kind) + 1;
      refs[index] = refOf(veto.inputs);
    },
    of: (devices) => {
      const total = codes.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
      const packed = {
        devices: new Uint8Array(total * SERIAL_OCTETS),
        codes: new Uint8Array(total),
        refs: new Uint16Array(total),
        inputs,
      };
      let used = 0;
      for (let index = 0; index < count; index += 1) {
        const code = codes[index] ?? 0;
        if (code === 0) continue;
        packed.devices.set(devices.subarray(index * SERIAL_OCTETS, (index + 1) * SERIAL_OCTETS), used * SERIAL_OCTETS);
        packed.codes[used] = code - 1;
        packed.refs[used] = refs[index] ?? NO_INPUTS;
        used += 1;
      }
      return packed;
    },
  };
}
