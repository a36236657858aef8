import * as v from 'valibot';
import type { InstanceId } from '../../core/instance.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import { parseCaSerial } from '../../core/serial.ts';
import type { CaMemory, CaState } from '../../core/sweep/ca-memory.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { caMemoryKey, caMemoryPrefix } from '../../core/sweep/sweep-layout.ts';
import { epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { ListAnswerShape } from './list-answer.ts';
import { outdatedKeys } from './outdated-keys.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const KEPT = 3;

const Shape = v.object({
  schema: v.literal(2),
  dailyAt: v.number(),
  isListed: v.boolean(),
  list: ListAnswerShape,
  cas: v.record(
    v.string(),
    v.object({
      state: v.picklist(['active', 'inactive', 'expired', 'missing', 'unreadable'] satisfies CaState[]),
      announced: v.optional(v.number()),
      name: v.string(),
    }),
  ),
});

/** What is remembered of an instance's CAs; each `undefined` where nothing is that can be read. */
export interface CaMemories {
  /** By sweeps before this one. Without it everything looks new once; nothing is lost by that. */
  readonly before: CaMemory | undefined;
  /** By an earlier lap of this sweep, which has told what changed. */
  readonly own: CaMemory | undefined;
}

/** Reads what the sweep `sweepId` and those before it remember. */
export async function readCaMemories(store: ObjectStore, instance: InstanceId, sweepId: SweepId): Promise<CaMemories> {
  const { objects } = await listAll(store, { prefix: caMemoryPrefix(instance) });
  const keys = objects.map(({ key }) => key);
  const own = caMemoryKey(instance, sweepId);
  return {
    before: await readMemory(store, keys.filter((key) => key < own).at(-1)),
    own: await readMemory(
      store,
      keys.find((key) => key === own),
    ),
  };
}

async function readMemory(store: ObjectStore, key: ObjectKey | undefined): Promise<CaMemory | undefined> {
  if (key === undefined) return undefined;
  const read = await readJsonObject(store, key, Shape, MAX_BYTES);
  if (read === undefined) return undefined;
  const { cas, dailyAt, isListed, list } = read;
  return {
    dailyAt: epochMs(dailyAt),
    isListed,
    list,
    cas: new Map(
      Object.entries(cas).flatMap(([text, { announced, name, state }]) => {
        const serial = parseCaSerial(text);
        return serial === undefined ? [] : [[serial, { announced, name, state }] as const];
      }),
    ),
  };
}

/** Writes what this sweep remembers, and deletes what nobody will ask for again. */
export async function writeCaMemory(
  store: ObjectStore,
  instance: InstanceId,
  sweepId: SweepId,
  memory: CaMemory,
): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 2, ...memory, cas: Object.fromEntries(memory.cas) }));
  await store.put({ key: caMemoryKey(instance, sweepId), bytes, contentType: 'application/json' });
  const { objects } = await listAll(store, { prefix: caMemoryPrefix(instance) });
  const keys = outdatedKeys(objects, caMemoryKey(instance, sweepId), KEPT);
  await Promise.all(keys.map((key) => store.delete(key)));
}
