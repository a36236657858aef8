import type { CauseId } from '../../core/alert-key.ts';
import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { ConditionEffect } from '../../core/notify/condition-memory.ts';
import { isProof } from '../../core/notify/end-proof.ts';
import { messageFolder } from '../../core/notify/notify-layout.ts';
import { NOTHING_UNNAMED } from '../../core/notify/problem.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import type { EventId } from '../../core/outcome-record.ts';
import type { Severity } from '../../core/outcome-table.ts';
import type { Judgement } from './judge.ts';
import { KEYS_IN_PART, type MessageRecord, type MutedAlerts, writeKeys, writeRecord } from './message-record.ts';
import { proofsIn, readForProofs } from './read-proofs.ts';
import { settle } from './settle.ts';
import type { Teller } from './teller.ts';

/** Clears away alerts that are not told by themselves: counted, known, over or muted. */
export interface Absorber {
  readonly add: (alert: ListedAlert, judgement: Judgement) => Promise<void>;
  /** Clears away what is left; until then nothing of it is remembered. */
  readonly finish: () => Promise<void>;
}

interface Batch {
  readonly keys: ObjectKey[];
  readonly conditions: Map<CauseId, ConditionEffect>;
  readonly muted: Map<CauseId, MutedAlerts>;
  readonly events: Set<EventId>;
  /** The newest alert of each muted cause that proves something to be over: what is muted is true all the same. */
  readonly proofs: Map<CauseId, ObjectKey>;
}

/**
 * Collects alerts to clear away, up to 1,000 at a time. What they change is written down before they go, like a message
 * that nobody reads, so that a crash neither loses their count nor doubles it.
 */
export function absorber(teller: Teller, severity: Severity): Absorber {
  let batch = emptyBatch();
  const flush = async (): Promise<void> => {
    if (batch.keys.length === 0) return;
    const full = batch;
    batch = emptyBatch();
    await clearAway(teller, severity, full);
  };
  return {
    add: async (alert, judgement) => {
      join(teller, batch, alert, judgement);
      if (batch.keys.length >= KEYS_IN_PART) await flush();
    },
    finish: flush,
  };
}

function emptyBatch(): Batch {
  return { keys: [], conditions: new Map(), muted: new Map(), events: new Set(), proofs: new Map() };
}

function join(teller: Teller, batch: Batch, { key, name }: ListedAlert, judgement: Judgement): void {
  batch.keys.push(key);
  const isNew = !batch.events.has(name.eventId);
  batch.events.add(name.eventId);
  if (judgement.kind === 'muted') {
    const { mute, place } = judgement.mute;
    const count = (batch.muted.get(name.causeId)?.count ?? 0) + (isNew ? 1 : 0);
    batch.muted.set(name.causeId, { causeId: name.causeId, count, place, owner: mute.owner });
    if (isProof(name.kind)) batch.proofs.set(name.causeId, key);
  }
  const isKnown = teller.memory.get().conditions.has(name.causeId);
  if (!isKnown || judgement.kind === 'stale' || judgement.kind === 'unmatched-end') return;
  const before = batch.conditions.get(name.causeId);
  const { at, causeId, eventId, kind, severity } = name;
  batch.conditions.set(causeId, {
    ...{ causeId, kind, severity },
    // The end of a muted condition is not told, but it ends.
    change: name.isEnd ? 'ended' : 'counted',
    firstAt: before?.firstAt ?? at,
    lastAt: before !== undefined && before.lastAt > at ? before.lastAt : at,
    count: (before?.count ?? 0) + (judgement.kind === 'count' && isNew ? 1 : 0),
    events: [...(before?.events ?? []), eventId],
    sample: undefined,
  });
}

async function clearAway(teller: Teller, severity: Severity, batch: Batch): Promise<void> {
  const { deps } = teller;
  const id = teller.nextId();
  const createdAt = deps.clock.now();
  const folder = messageFolder(createdAt, id);
  const proofs = (await readForProofs(teller, [...batch.proofs.values()])).flatMap(proofsIn);
  const record: MessageRecord = {
    ...{ id, createdAt, severity, form: 'silent', problems: [], rest: NOTHING_UNNAMED },
    ...{ parts: 1, alerts: batch.keys.length },
    effects: { told: [], critical: [], conditions: [...batch.conditions.values()], proofs },
    muted: [...batch.muted.values()],
  };
  await writeKeys(deps.store, folder, 0, batch.keys);
  await writeRecord(deps.store, folder, record);
  await settle(teller, { folder, record, at: createdAt });
}
