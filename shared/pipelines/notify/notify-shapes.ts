import * as v from 'valibot';
import type { CauseId } from '../../core/alert-key.ts';
import { parseInstanceId } from '../../core/instance.ts';
import type { EventId, OutcomeRecord } from '../../core/outcome-record.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../core/outcome-table.ts';
import { epochMs } from '../../core/time.ts';
import { parseRecord } from '../parse-record.ts';

/** A moment in a state object. */
export const MomentShape = v.pipe(v.number(), v.finite(), v.transform(epochMs));

/** A number of events or problems. */
export const CountShape = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** 32 hex digits. */
export const MessageIdShape = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/** An event's id. */
export const EventIdShape = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{32}$/),
  v.transform((id) => id as EventId),
);

/** A kind of outcome that this version knows. */
export const KindShape = v.custom<OutcomeKind>(
  (kind) => typeof kind === 'string' && Object.hasOwn(OUTCOME_KINDS, kind),
);

/** The name of a cause. */
export const CauseShape = v.pipe(
  v.string(),
  v.regex(/^[a-z-]{1,60}\.[0-9a-f]{16}$/),
  v.transform((id) => id as CauseId),
);

/** How bad something is. */
export const SeverityShape = v.picklist(['critical', 'warning', 'notice', 'info']);

/** A record as the outbox and the teller's own state keep it, read by the table of its fields. */
export const RecordShape = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, OutcomeRecord>(({ addIssue, dataset, NEVER }) => {
    const record = parseRecord(dataset.value);
    if (record !== undefined) return record;
    addIssue({ message: 'no record' });
    return NEVER;
  }),
);

/** An event that proves conditions of an instance to be over. */
export const ProofShape = v.object({
  kinds: v.pipe(v.array(KindShape), v.maxLength(50)),
  instance: v.pipe(v.string(), v.maxLength(100)),
  at: MomentShape,
});

/** Which of the two channels. */
export const RoleShape = v.picklist(['first', 'second']);

/** JSON of a known shape, or `undefined` for anything else. */
export function parseShape<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Buffer,
): v.InferOutput<Schema> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // cut short, or not ours
  }
}

/** The instance a record speaks of, when it names one. */
export function instanceOf(record: OutcomeRecord): string | undefined {
  return parseInstanceId(record.instance ?? '');
}
