import * as v from 'valibot';
import type { CauseId } from '../../core/alert-key.ts';
import { OUTCOME_KINDS } from '../../core/outcome-table.ts';
import { safeJson } from '../../core/safe-json.ts';
import { parseCaSerial } from '../../core/serial.ts';
import type { ConditionKind, ConditionsAfter, EndedCondition, OpenCondition } from '../../core/sweep/conditions.ts';
import type { SweepId } from '../../core/sweep/sweep-id.ts';
import { type ConditionScope, conditionsKey, conditionsPrefix } from '../../core/sweep/sweep-layout.ts';
import { epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { outdatedKeys } from './outdated-keys.ts';

/** The conditions a sweep begins with, and what it decided about them if it did already. */
export interface KnownConditions {
  readonly open: ReadonlyMap<CauseId, OpenCondition>;
  /** What this sweep itself ended in an earlier lap; it stands, and is told again under the same ids. */
  readonly ended: readonly EndedCondition[] | undefined;
}

const MAX_BYTES = 16 * 1024 * 1024;
const KEPT = 3;

const isConditionKind = (kind: string): boolean =>
  Object.entries(OUTCOME_KINDS).some(([name, { lifetime }]) => name === kind && lifetime === 'condition');

const Condition = v.object({
  kind: v.pipe(v.string(), v.check(isConditionKind)),
  causeId: v.pipe(v.string(), v.regex(/^[a-z-]{1,64}\.[0-9a-f]{16}$/)),
  ca: v.optional(v.string()),
  reason: v.optional(v.string()),
  objectKey: v.optional(v.string()),
  count: v.number(),
  toldAt: v.number(),
});
const Shape = v.object({
  schema: v.literal(1),
  open: v.array(Condition),
  ended: v.array(v.object({ condition: Condition, why: v.picklist(['over', 'gone', 'not-watched']) })),
});

/** Reads what stood open before `sweepId`; one that can not be read counts as nothing, and is told anew. */
export async function readConditions(
  store: ObjectStore,
  scope: ConditionScope,
  sweepId: SweepId,
): Promise<KnownConditions> {
  const own = conditionsKey(scope, sweepId);
  const { objects } = await listAll(store, { prefix: conditionsPrefix(scope) });
  const before = objects.findLast(({ key }) => key < own);
  const open = before === undefined ? undefined : await readOne(store, before.key);
  const settled = objects.some(({ key }) => key === own) ? await readOne(store, own) : undefined;
  return {
    open: new Map((open?.open ?? []).map((condition) => [condition.causeId, condition])),
    ended: settled?.ended,
  };
}

/** Writes what stands open after a sweep, before its ends are told, and deletes what nobody will ask for again. */
export async function writeConditions(
  store: ObjectStore,
  scope: ConditionScope,
  sweepId: SweepId,
  after: ConditionsAfter,
): Promise<void> {
  const key = conditionsKey(scope, sweepId);
  await store.put({ key, bytes: Buffer.from(safeJson({ schema: 1, ...after })), contentType: 'application/json' });
  const { objects } = await listAll(store, { prefix: conditionsPrefix(scope) });
  const keys = outdatedKeys(objects, key, KEPT);
  await Promise.all(keys.map((outdated) => store.delete(outdated)));
}

async function readOne(
  store: ObjectStore,
  key: ReturnType<typeof conditionsKey>,
): Promise<ConditionsAfter | undefined> {
  const read = await readJsonObject(store, key, Shape, MAX_BYTES);
  if (read === undefined) return undefined;
  const { ended, open } = read;
  return {
    open: open.map(conditionOf),
    ended: ended.map(({ condition, why }) => ({ condition: conditionOf(condition), why })),
  };
}

function conditionOf({
  ca,
  causeId,
  count,
  kind,
  objectKey,
  reason,
  toldAt,
}: v.InferOutput<typeof Condition>): OpenCondition {
  const serial = parseCaSerial(ca ?? '');
  return {
    kind: kind as ConditionKind,
    causeId: causeId as CauseId,
    ...(serial === undefined ? {} : { ca: serial }),
    ...(reason === undefined ? {} : { reason }),
    ...(objectKey === undefined ? {} : { objectKey }),
    count,
    toldAt: epochMs(toldAt),
  };
}
