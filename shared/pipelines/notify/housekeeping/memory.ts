import * as v from 'valibot';
import { NOTIFY_STATE } from '../../../core/notify/notify-layout.ts';
import { objectKey } from '../../../core/object-version.ts';
import { safeJson } from '../../../core/safe-json.ts';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';

const KEY = objectKey(`${NOTIFY_STATE}housekeeping.json`);
const MAX_BYTES = 4096;

const Moment = v.pipe(v.number(), v.safeInteger(), v.transform(epochMs));
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const Shape = v.object({
  schema: v.literal(1),
  watchingSince: v.optional(Moment),
  overdue: v.optional(v.object({ since: Moment, repeat: Count })),
  pause: v.optional(v.object({ since: Moment, days: Count })),
  canaryDay: v.optional(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))),
  backlogHour: v.optional(Count),
  logStore: v.optional(v.object({ since: Moment, told: Count })),
});

/**
 * What the housekeeping remembers from run to run. Should it be lost, a canary is left out, and a standstill or a pause
 * may be reported twice in a day.
 */
export interface HousekeepingMemory {
  /** When the teller looked for the sweep first: a sweep that never ran is overdue from then on. */
  readonly watchingSince?: EpochMs | undefined;
  /** It was reported that the sweep stands still: since when, and how many days later again. */
  readonly overdue?: { readonly since: EpochMs; readonly repeat: number } | undefined;
  /** Writing is paused: since when, and the last day that was reported (0: none). */
  readonly pause?: { readonly since: EpochMs; readonly days: number } | undefined;
  /** The last local day whose canary was sent, or was not to be. */
  readonly canaryDay?: string | undefined;
  /** The last hour, counted from 1970, in which the outbox was counted. */
  readonly backlogHour?: number | undefined;
  /** The log store takes nothing: since when, and how often that was reported. */
  readonly logStore?: { readonly since: EpochMs; readonly told: number } | undefined;
}

/** Reads what is remembered; nothing when it can not be read as ours. */
export async function readMemory(store: ObjectStore): Promise<HousekeepingMemory> {
  const read = await store.read({ key: KEY, maxBytes: MAX_BYTES });
  if (read.kind !== 'found') return {};
  try {
    const parsed = v.safeParse(Shape, JSON.parse(read.bytes.toString('utf8')));
    if (!parsed.success) return {};
    const { schema: _, ...memory } = parsed.output;
    return memory;
  } catch {
    return {}; // not JSON: somebody wrote it by hand
  }
}

/** Remembers; only the holder of the teller's lease does so. */
export async function writeMemory(store: ObjectStore, memory: HousekeepingMemory): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, ...memory }));
  await store.put({ key: KEY, bytes, contentType: 'application/json' });
}
