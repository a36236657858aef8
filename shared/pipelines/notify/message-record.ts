import * as v from 'valibot';
import type { CauseId } from '../../core/alert-key.ts';
import type { DisplayText } from '../../core/display-text.ts';
import type { Effects } from '../../core/notify/condition-memory.ts';
import { keysKey, type MessageId, recordKey, sentKey } from '../../core/notify/notify-layout.ts';
import type { MutePlace } from '../../core/notify/notify-outcome.ts';
import type { Problem, UnnamedProblems } from '../../core/notify/problem.ts';
import { etagOf, type ObjectKey, objectKey } from '../../core/object-version.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import type { Severity } from '../../core/outcome-table.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
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

/**
 * One message on its way: what it tells, which alerts it covers and what telling it changes in the memory, complete, so
 * that whoever finds it can bring it to its end. Its text is made when it is sent, because by then it may be late.
 */
export interface MessageRecord {
  readonly id: MessageId;
  readonly createdAt: EpochMs;
  readonly severity: Severity;
  /** `silent`: its alerts are cleared away without being told. */
  readonly form: 'single' | 'digest' | 'silent';
  /** At least one unless it is silent. */
  readonly problems: readonly Problem[];
  /** Further problems of a digest. */
  readonly rest: UnnamedProblems;
  /** How many parts its keys have. */
  readonly parts: number;
  /** How many alerts it covers. */
  readonly alerts: number;
  readonly effects: Effects;
  readonly muted: readonly MutedAlerts[];
}

/** Alerts of one cause that one mute kept from being told. */
export interface MutedAlerts {
  readonly causeId: CauseId;
  readonly count: number;
  readonly place: MutePlace;
  readonly owner: DisplayText;
}

/** How a message was delivered; `nobody`: no channel takes its text, and it was parked. */
export interface Sent {
  readonly at: EpochMs;
  readonly by: 'first' | 'second' | 'nobody';
}

/** Keys in one part: as many as one request deletes. */
export const KEYS_IN_PART = 1000;

const KEY_MAX = 1023;
const PARTS_MAX = 10_000;
const RECORD_MAX_BYTES = 16 * 1024 * 1024;
const JSON_TYPE = 'application/json';

const ProblemShape = v.object({
  causeId: CauseShape,
  kind: KindShape,
  severity: SeverityShape,
  count: CountShape,
  firstAt: MomentShape,
  lastAt: MomentShape,
  phase: v.picklist(['new', 'again', 'standing', 'ended']),
  since: MomentShape,
  samples: v.pipe(v.array(RecordShape), v.maxLength(10)),
});

const EffectsShape = v.object({
  told: v.array(EventIdShape),
  critical: v.array(v.object({ causeId: CauseShape, kind: KindShape })),
  conditions: v.array(
    v.object({
      causeId: CauseShape,
      kind: KindShape,
      severity: SeverityShape,
      change: v.picklist(['told', 'counted', 'ended']),
      firstAt: MomentShape,
      lastAt: MomentShape,
      count: CountShape,
      events: v.array(EventIdShape),
      sample: v.optional(RecordShape),
    }),
  ),
  proofs: v.array(ProofShape),
});

const MutedShape = v.object({
  causeId: CauseShape,
  count: CountShape,
  place: v.object({
    objectKey: v.pipe(v.string(), v.transform(objectKey)),
    etag: v.pipe(v.string(), v.transform(etagOf)),
    line: CountShape,
  }),
  owner: v.pipe(
    v.string(),
    v.transform((text) => text as DisplayText),
  ),
});

const Shape = v.object({
  schema: v.literal(1),
  id: MessageIdShape,
  createdAt: MomentShape,
  severity: SeverityShape,
  form: v.picklist(['single', 'digest', 'silent']),
  problems: v.pipe(v.array(ProblemShape), v.maxLength(20)),
  // Messages that an earlier version wrote down do not say how many are over.
  rest: v.object({ problems: CountShape, events: CountShape, ended: v.optional(CountShape, 0) }),
  parts: v.pipe(CountShape, v.maxValue(PARTS_MAX)),
  alerts: CountShape,
  effects: EffectsShape,
  muted: v.array(MutedShape),
});

const KeysShape = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.maxLength(KEY_MAX),
      // A damaged part must never make us delete anything but alerts.
      v.startsWith('outbox/alerts/'),
      v.transform(objectKey),
    ),
  ),
  v.maxLength(KEYS_IN_PART),
);

const SentShape = v.object({ schema: v.literal(1), at: MomentShape, by: v.picklist(['first', 'second', 'nobody']) });

/** Writes down one part of the keys of the alerts that a message covers. */
export async function writeKeys(
  store: ObjectStore,
  folder: string,
  part: number,
  keys: readonly ObjectKey[],
): Promise<void> {
  await store.put({ key: keysKey(folder, part), bytes: Buffer.from(safeJson(keys)), contentType: JSON_TYPE });
}

/** The keys of one part; none when it is gone, because they were deleted before it was, or when it is damaged. */
export async function readKeys(store: ObjectStore, folder: string, part: number): Promise<readonly ObjectKey[]> {
  const read = await store.read({ key: keysKey(folder, part), maxBytes: KEYS_IN_PART * 2 * KEY_MAX });
  return read.kind === 'found' ? (parseShape(KeysShape, read.bytes) ?? []) : [];
}

/** Makes a message real; all its keys are written by now. */
export async function writeRecord(store: ObjectStore, folder: string, record: MessageRecord): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, ...record }));
  await store.put({ key: recordKey(folder), bytes, contentType: JSON_TYPE });
}

/** A message that was written down; `undefined` when it is damaged. */
export async function readRecord(store: ObjectStore, folder: string): Promise<MessageRecord | undefined> {
  const read = await store.read({ key: recordKey(folder), maxBytes: RECORD_MAX_BYTES });
  const record = read.kind === 'found' ? parseShape(Shape, read.bytes) : undefined;
  if (record === undefined || (record.form !== 'silent' && record.problems.length === 0)) return undefined;
  const { effects, problems } = record;
  return {
    ...record,
    problems: problems.map((problem) => ({ ...problem, samples: problem.samples.filter(isRecord) })),
    effects: { ...effects, conditions: effects.conditions.map((one) => ({ ...one, sample: one.sample })) },
  };
}

function isRecord(record: OutcomeRecord | undefined): record is OutcomeRecord {
  return record !== undefined;
}

/** Says that a message was delivered. */
export async function writeSent(store: ObjectStore, folder: string, sent: Sent): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, ...sent }));
  await store.put({ key: sentKey(folder), bytes, contentType: JSON_TYPE });
}

/** How a message was delivered, as far as that can be read: that the object is there says that it was. */
export async function readSent(store: ObjectStore, folder: string): Promise<Sent | undefined> {
  const read = await store.read({ key: sentKey(folder), maxBytes: 1024 });
  return read.kind === 'found' ? parseShape(SentShape, read.bytes) : undefined;
}
