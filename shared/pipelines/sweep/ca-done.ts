import * as v from 'valibot';
import { safeJson } from '../../core/safe-json.ts';
import { DEVICE_CLASSES } from '../../core/sweep/device-class.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { caDoneKey } from '../../core/sweep/sweep-layout.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readJsonObject } from '../json-object.ts';
import { LastingShape, ReasonCountsShape } from './ca-decision.ts';
import type { SweptCa } from './context.ts';
import { ListAnswerShape } from './list-answer.ts';
import type { CaCounts } from './settle-ca.ts';

/** A CA that this sweep has settled, with its counts; a later lap passes it over. */
export type CaDone = CaCounts;

/** Counts, and the few error codes that activations failed with. */
const MAX_BYTES = 64 * 1024;

const Shape = v.object({
  schema: v.literal(2),
  devices: v.object({
    watched: v.number(),
    byClass: v.record(v.picklist(DEVICE_CLASSES), v.number()),
  }),
  reactivated: v.number(),
  findings: v.object({
    isCaMissing: v.boolean(),
    vetoes: ReasonCountsShape,
    isObserving: v.boolean(),
    observed: v.number(),
    failures: v.array(v.string()),
    unsettled: v.number(),
    lasting: LastingShape,
    list: ListAnswerShape,
  }),
});

/** Reads whether this sweep settled a CA; `undefined` when it did not. */
export async function readCaDone(
  store: ObjectStore,
  id: SweepId,
  place: Pick<SweptCa, 'instance' | 'ca'>,
): Promise<CaDone | undefined> {
  // One that can not be read is none: the CA is settled again, which is harmless.
  const done = await readJsonObject(store, caDoneKey(id, place.instance, place.ca), Shape, MAX_BYTES);
  return done as CaDone | undefined;
}

/** Notes that this sweep settled a CA. */
export async function writeCaDone(
  store: ObjectStore,
  id: SweepId,
  place: Pick<SweptCa, 'instance' | 'ca'>,
  done: CaDone,
): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 2, ...done }));
  await store.put({ key: caDoneKey(id, place.instance, place.ca), bytes, contentType: 'application/json' });
}
