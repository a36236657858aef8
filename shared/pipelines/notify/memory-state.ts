import * as v from 'valibot';
import { type KnownCondition, NOTHING_KNOWN, type NotifyMemory } from '../../core/notify/condition-memory.ts';
import { safeJson } from '../../core/safe-json.ts';
import {
  CauseShape,
  CountShape,
  EventIdShape,
  KindShape,
  MessageIdShape,
  MomentShape,
  ProofShape,
  parseShape,
  RecordShape,
  SeverityShape,
} from './notify-shapes.ts';
import type { StateFormat } from './state-cell.ts';

const EventsShape = v.pipe(v.array(EventIdShape), v.maxLength(5000));

const ConditionShape = v.object({
  causeId: CauseShape,
  kind: KindShape,
  severity: SeverityShape,
  since: MomentShape,
  lastAt: MomentShape,
  lastSeenAt: MomentShape,
  lastToldAt: MomentShape,
  untold: CountShape,
  events: EventsShape,
  sample: v.optional(RecordShape),
  overSince: v.optional(MomentShape),
});

const EndedShape = v.object({
  causeId: CauseShape,
  forgottenAt: MomentShape,
  endedAt: MomentShape,
  events: EventsShape,
});

const CriticalShape = v.object({ causeId: CauseShape, kind: KindShape, at: MomentShape });

const Shape = v.object({
  schema: v.literal(1),
  conditions: v.pipe(v.array(v.unknown()), v.maxLength(10_000)),
  ended: v.pipe(v.array(EndedShape), v.maxLength(5000)),
  told: EventsShape,
  critical: v.pipe(v.array(v.unknown()), v.maxLength(5000)),
  applied: v.pipe(v.array(MessageIdShape), v.maxLength(5000)),
  // Versions before this one did not remember any.
  proofs: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(5000)), []),
  muteLines: v.pipe(v.array(v.string()), v.maxLength(5000)),
});

/** The memory as it lies in the bucket. */
export const MEMORY_STATE: StateFormat<NotifyMemory> = {
  name: 'memory',
  empty: NOTHING_KNOWN,
  maxBytes: 32 * 1024 * 1024, // 2,000 conditions with a record each
  format: ({ conditions, told, ...others }) =>
    Buffer.from(safeJson({ schema: 1, ...others, conditions: [...conditions.values()], told: [...told] })),
  parse: (bytes) => {
    const read = parseShape(Shape, bytes);
    if (read === undefined) return undefined;
    const { applied, ended, muteLines } = read;
    // What a newer version wrote of a kind that this one does not know is left out, and the rest is believed.
    const conditions = known(ConditionShape, read.conditions).map(
      (one): KnownCondition => ({ ...one, sample: one.sample, overSince: one.overSince }),
    );
    return {
      conditions: new Map(conditions.map((one) => [one.causeId, one])),
      ended,
      told: new Set(read.told),
      critical: known(CriticalShape, read.critical),
      applied,
      proofs: known(ProofShape, read.proofs),
      muteLines,
    };
  },
};

function known<Schema extends v.GenericSchema>(schema: Schema, items: readonly unknown[]): v.InferOutput<Schema>[] {
  return items.flatMap((item) => {
    const parsed = v.safeParse(schema, item);
    return parsed.success ? [parsed.output] : [];
  });
}
