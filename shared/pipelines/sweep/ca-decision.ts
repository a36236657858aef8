import * as v from 'valibot';
import { safeJson } from '../../core/safe-json.ts';
import { parseDeviceSerial } from '../../core/serial.ts';
import type { ListAnswer } from '../../core/sweep/ca-findings.ts';
import type { CaVerdict, Survivor } from '../../core/sweep/decide-ca.ts';
import { SERIAL_OCTETS } from '../../core/sweep/packed-serials.ts';
import { parseSweepId, type SweepId } from '../../core/sweep/sweep-id.ts';
import { caDecisionKey } from '../../core/sweep/sweep-layout.ts';
import { INPUTS_MAX, VETO_KINDS, type VetoedDevices } from '../../core/sweep/vetoed-devices.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readJsonObject } from '../json-object.ts';
import type { SweptCa } from './context.ts';
import { ListAnswerShape } from './list-answer.ts';
import { packBytes, unpackBytes } from './packed-bytes.ts';

/** What was decided about the devices of one CA in one sweep. Written once, then carried out, by whoever lives to. */
export interface CaDecision {
  /** Of the devices it is about, in their order: the decision about another list says nothing of this one. */
  readonly digest: string;
  /** Memory bytes after the readings, in the order of the list. */
  readonly next: Uint8Array;
  /** Lasting trouble is told again in this sweep. */
  readonly isDaily: boolean;
  /** The CA was missing, and took its devices along. */
  readonly isCaMissing: boolean;
  readonly survivors: readonly Survivor[];
  readonly vetoed: VetoedDevices;
  /** What is true of those behind their first veto. */
  readonly lasting: CaVerdict['lasting'];
  /** What the breaker weighed, and whether it tripped. */
  readonly breaker: CaVerdict['breaker'];
  /** What became of asking for the list of the CA's devices. */
  readonly list: ListAnswer;
  /** Codes of devices that could not be read, by place in the list; the first of them. */
  readonly failures: ReadonlyMap<number, string>;
  /** `observe`: survivors are told and not touched. */
  readonly mode: 'act' | 'observe';
}

/** Small as long as most devices are healthy; a million vetoed ones with long serials take half of it. */
const DECISION_MAX_BYTES = 64 * 1024 * 1024;
const REF_OCTETS = 2;

const Inputs = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

/** How many devices each guardrail says no to, as it is kept. */
export const ReasonCountsShape = v.record(v.picklist(VETO_KINDS), v.number());
/** What is true of inactive devices whichever guardrail was asked first, as it is kept. */
export const LastingShape = v.object({
  all: ReasonCountsShape,
  notHeld: ReasonCountsShape,
  masked: v.number(),
  failures: v.array(v.string()),
});

const Shape = v.object({
  schema: v.literal(3),
  digest: v.string(),
  next: v.string(),
  isDaily: v.boolean(),
  isCaMissing: v.boolean(),
  survivors: v.array(v.object({ device: v.string(), release: v.optional(v.string()) })),
  vetoed: v.object({
    devices: v.string(),
    codes: v.string(),
    refs: v.string(),
    inputs: v.pipe(v.array(Inputs), v.maxLength(INPUTS_MAX)),
  }),
  lasting: LastingShape,
  list: ListAnswerShape,
  breaker: v.object({ isOpen: v.boolean(), inputs: Inputs }),
  failures: v.array(v.tuple([v.number(), v.string()])),
  mode: v.picklist(['act', 'observe']),
});

/**
 * Writes the decision down. It replaces one about a list that somebody changed since; what was done by that one is among
 * the intents.
 */
export async function writeCaDecision(
  store: ObjectStore,
  sweepId: SweepId,
  swept: Pick<SweptCa, 'instance' | 'ca'>,
  decision: CaDecision,
): Promise<void> {
  const next = packBytes(decision.next);
  const vetoed = packVetoed(decision.vetoed);
  const bytes = Buffer.from(safeJson({ schema: 3, ...decision, next, vetoed, failures: [...decision.failures] }));
  await store.put({ key: caDecisionKey(sweepId, swept.instance, swept.ca), bytes, contentType: 'application/json' });
}

/** Reads a decision back; `undefined` when none was made, or none that can be read. */
export async function readCaDecision(
  store: ObjectStore,
  sweepId: SweepId,
  swept: Pick<SweptCa, 'instance' | 'ca'>,
): Promise<CaDecision | undefined> {
  const key = caDecisionKey(sweepId, swept.instance, swept.ca);
  // One that can not be read is none: the devices are read and judged again.
  const read = await readJsonObject(store, key, Shape, DECISION_MAX_BYTES);
  if (read === undefined) return undefined;
  const { breaker, digest, failures, isCaMissing, isDaily, lasting, list, mode, survivors } = read;
  const next = unpackBytes(read.next);
  const vetoed = unpackVetoed(read.vetoed);
  if (next === undefined || vetoed === undefined) return undefined;
  return {
    next,
    isDaily,
    isCaMissing,
    mode,
    digest,
    breaker,
    lasting,
    list,
    vetoed,
    failures: new Map(failures),
    survivors: survivors.flatMap(({ device, release }) => {
      const serial = parseDeviceSerial(device);
      return serial === undefined ? [] : [{ device: serial, release: parseSweepId(release ?? '') }];
    }),
  };
}

function packVetoed({ codes, devices, inputs, refs }: VetoedDevices) {
  const low = Buffer.from(refs.buffer, refs.byteOffset, refs.byteLength); // little-endian wherever Node runs
  return { devices: packBytes(devices), codes: packBytes(codes), refs: packBytes(low), inputs };
}

function unpackVetoed(packed: v.InferOutput<typeof Shape>['vetoed']): VetoedDevices | undefined {
  const devices = unpackBytes(packed.devices, SERIAL_OCTETS);
  const codes = unpackBytes(packed.codes);
  const refs = unpackBytes(packed.refs, REF_OCTETS);
  if (devices?.length !== (codes?.length ?? 0) * SERIAL_OCTETS || codes === undefined) return undefined;
  if (refs?.length !== codes.length * REF_OCTETS || codes.some((code) => code >= VETO_KINDS.length)) return undefined;
  return { devices, codes, refs: new Uint16Array(refs.buffer), inputs: packed.inputs };
}
