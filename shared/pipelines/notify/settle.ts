import { mapLimited } from '../../core/limit.ts';
import { withEffects } from '../../core/notify/condition-memory.ts';
import { keysKey, recordKey, sentKey } from '../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import { type EpochMs, seconds } from '../../core/time.ts';
import { type MessageRecord, readKeys } from './message-record.ts';
import { hasTime, type Teller, tellOutcomes } from './teller.ts';

/** Requests that delete up to 1,000 objects each, under way at once. */
const DELETES_AT_ONCE = 4;
/** A request may take ten seconds: with less time left, the rest is left to the next run, rather than failing in it. */
const TIME_TO_DELETE = seconds(12);

/** A message that was told, or that nobody is to be told. */
export interface SettledMessage {
  readonly folder: string;
  readonly record: MessageRecord;
  /** When it was told; when it was written down, for one that is not told. */
  readonly at: EpochMs;
}

/**
 * Brings a message to its end: what it changes is remembered, then exactly the alerts it covers are deleted, then what was
 * written down about it. Harmless twice, and from wherever it was left.
 */
export async function settle(teller: Teller, { at, folder, record }: SettledMessage): Promise<void> {
  const { deps, memory, sweepings } = teller;
  const { store } = deps;
  await tellOutcomes(deps, mutedOutcomes(record), record.createdAt);
  const before = memory.get();
  const after = withEffects(before, record.id, record.effects, at);
  if (after !== before && changesAnything(record)) await memory.set(after);
  const done: ObjectKey[] = [];
  await mapLimited(partsOf(record), DELETES_AT_ONCE, async (part) => {
    if (!hasTime(teller, TIME_TO_DELETE)) return;
    await store.deleteMany(await readKeys(store, folder, part));
    done.push(keysKey(folder, part));
  });
  // The next run need not do again what was done: however many parts there are, each run gets further.
  if (done.length < record.parts) return deleteAll(teller, done);
  // What says that it was sent goes last: a record without it would be sent again.
  await deleteParts(teller, folder, record);
  if (record.form !== 'silent') sweepings.add(sentKey(folder));
}

/** Without effects nothing is counted twice, however often it is settled. */
function changesAnything({ effects }: MessageRecord): boolean {
  const { conditions, critical, proofs, told } = effects;
  return conditions.length + critical.length + proofs.length + told.length > 0;
}

async function deleteParts(teller: Teller, folder: string, record: MessageRecord): Promise<void> {
  await deleteAll(teller, [recordKey(folder), ...partsOf(record).map((part) => keysKey(folder, part))]);
}

async function deleteAll({ deps }: Teller, keys: readonly ObjectKey[]): Promise<void> {
  for (let from = 0; from < keys.length; from += 1000) await deps.store.deleteMany(keys.slice(from, from + 1000));
}

function partsOf({ parts }: MessageRecord): readonly number[] {
  return Array.from({ length: parts }, (_, part) => part);
}

function mutedOutcomes({ id, muted }: MessageRecord): readonly NotifyOutcome[] {
  return muted.map(({ causeId, count, owner, place }) => ({
    ...{ kind: 'alerts-muted', batchId: id, causeId, count, mute: place, owner },
  }));
}
