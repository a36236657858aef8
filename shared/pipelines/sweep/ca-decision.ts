import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as v from 'valibot';
import { safeJson } from '../../core/safe-json.ts';
import { type DeviceSerial, parseDeviceSerial } from '../../core/serial.ts';
import type { VetoKind } from '../../core/sweep/guardrails.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { caDecisionKey } from '../../core/sweep/sweep-layout.ts';
import type { RuleInputs } from '../../core/sweep/sweep-outcome.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { SweptCa } from './context.ts';

/** An inactive device that is left as it is, and why. */
export interface VetoedDevice {
  readonly device: DeviceSerial;
  readonly veto: VetoKind;
  readonly inputs: RuleInputs;
}

/** An inactive device that is to be activated. */
export interface Survivor {
  readonly device: DeviceSerial;
  readonly spelling: string;
}

/** What was decided about the devices of one CA in one sweep. Written once, then carried out, by whoever lives to. */
export interface CaDecision {
  /** Memory bytes after the readings, in the order of the list. */
  readonly next: Uint8Array;
  /** Lasting trouble is told again in this sweep. */
  readonly isDaily: boolean;
  readonly survivors: readonly Survivor[];
  readonly vetoed: readonly VetoedDevice[];
  /** The breaker's inputs, when it tripped. */
  readonly breaker: RuleInputs | undefined;
  /** `observe`: survivors are told and not touched. */
  readonly mode: 'act' | 'observe';
}

/** A million bytes of memory and 20,000 vetoed devices stay far below. */
const DECISION_MAX_BYTES = 16 * 1024 * 1024;
const MEMORY_MAX_BYTES = 4 * 1024 * 1024;

const Inputs = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));
const Shape = v.object({
  schema: v.literal(1),
  next: v.string(),
  isDaily: v.boolean(),
  survivors: v.array(v.object({ device: v.string(), spelling: v.string() })),
  vetoed: v.array(v.object({ device: v.string(), veto: v.string(), inputs: Inputs })),
  breaker: v.optional(Inputs),
  mode: v.picklist(['act', 'observe']),
});

/** Writes the decision down; when an earlier run of this sweep decided already, that decision stands. */
export async function writeCaDecision(
  store: ObjectStore,
  sweepId: SweepId,
  swept: SweptCa,
  decision: CaDecision,
): Promise<CaDecision> {
  const next = deflateRawSync(decision.next).toString('base64');
  const bytes = Buffer.from(safeJson({ schema: 1, ...decision, next }));
  const key = caDecisionKey(sweepId, swept.instance, swept.ca);
  const created = await store.create({ key, bytes, contentType: 'application/json' });
  return created === 'created' ? decision : ((await readCaDecision(store, sweepId, swept)) ?? decision);
}

/** Reads a decision back; `undefined` when none was made, or none that can be read. */
export async function readCaDecision(
  store: ObjectStore,
  sweepId: SweepId,
  swept: Pick<SweptCa, 'instance' | 'ca'>,
): Promise<CaDecision | undefined> {
  const key = caDecisionKey(sweepId, swept.instance, swept.ca);
  const read = await store.read({ key, maxBytes: DECISION_MAX_BYTES });
  if (read.kind !== 'found') return undefined;
  const parsed = v.safeParse(Shape, parseJson(read.bytes));
  if (!parsed.success) return undefined;
  const { breaker, isDaily, mode, next, survivors, vetoed } = parsed.output;
  return {
    next: inflateRawSync(Buffer.from(next, 'base64'), { maxOutputLength: MEMORY_MAX_BYTES }),
    isDaily,
    mode,
    breaker,
    survivors: survivors.flatMap(({ device, spelling }) => {
      const serial = parseDeviceSerial(device);
      return serial === undefined ? [] : [{ device: serial, spelling }];
    }),
    vetoed: vetoed.flatMap(({ device, inputs, veto }) => {
      const serial = parseDeviceSerial(device);
      return serial === undefined ? [] : [{ device: serial, veto: veto as VetoKind, inputs }];
    }),
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined; // cut short or not ours: the devices are read and judged again
  }
}
