import { ALERTS } from '../../shared/core/alert-key.ts';
import { type ListedAlert, type Tally, tallyOf } from '../../shared/core/notify/alert-groups.ts';
import { memoryAt, type NotifyMemory } from '../../shared/core/notify/condition-memory.ts';
import { judgeAlert } from '../../shared/core/notify/judge-alert.ts';
import { type Budget, budgetAt } from '../../shared/core/notify/message-budget.ts';
import { mutesInForce, mutesOf, type PlacedMute } from '../../shared/core/notify/mutes.ts';
import { NOTIFY_STATE, UNWRITABLE } from '../../shared/core/notify/notify-layout.ts';
import { SPOOLED_OUTCOMES } from '../../shared/core/notify/outbox-layout.ts';
import type { ObjectVersion } from '../../shared/core/object-version.ts';
import type { EpochMs } from '../../shared/core/time.ts';
import { eachPage, listAll } from '../../shared/pipelines/each-page.ts';
import { alertPages, readPage } from '../../shared/pipelines/notify/alert-pages.ts';
import { BUDGET_STATE } from '../../shared/pipelines/notify/budget-state.ts';
import { MEMORY_STATE } from '../../shared/pipelines/notify/memory-state.ts';
import { openState } from '../../shared/pipelines/notify/state-cell.ts';
import { parseRecord } from '../../shared/pipelines/parse-record.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { allMutes, type SeenMute } from './mute-objects.ts';

/** What the bucket says about the telling: sums and a few groups, however much waits. */
export interface AlertState {
  readonly memory: NotifyMemory;
  readonly budget: Budget;
  readonly waiting: Tally;
  /** Alerts that will be cleared away without being told. */
  readonly notToTell: { readonly muted: number; readonly known: number; readonly unreadable: number };
  readonly mutes: readonly SeenMute[];
  /** Batches of records that the log store did not take. */
  readonly outcomes: Pile;
  /** What nobody could read or take, for people to look at. */
  readonly unwritable: Pile;
  /** By the store's clock. */
  readonly serverNow: EpochMs;
}

/** Objects below a prefix. */
export interface Pile {
  readonly count: number;
  readonly oldest: EpochMs | undefined;
}

/** Groups that are shown by name; the others are counted. */
const GROUPS = 200;
/** Past this, alerts are counted as waiting rather than read to find out whether they are muted. */
const READS_FOR_MUTES = 200;
const ALERT_MAX_BYTES = 64 * 1024;

/** What the teller remembers of its own work. */
export async function readTellerState(
  store: ObjectStore,
  now: EpochMs,
): Promise<{ readonly memory: NotifyMemory; readonly budget: Budget }> {
  const { objects } = await listAll(store, { prefix: NOTIFY_STATE });
  const about = { keys: objects.map(({ key }) => key), epoch: 0 }; // only read: no version is ever written here
  const memory = await openState(store, MEMORY_STATE, { ...about, adjust: (value) => memoryAt(value, now) });
  const budget = await openState(store, BUDGET_STATE, { ...about, adjust: (value) => budgetAt(value, now) });
  return { memory: memory.cell.get(), budget: budget.cell.get() };
}

/** Reads everything the bucket says about the telling, judging alerts as the teller will. */
export async function readAlertState(store: ObjectStore, now: EpochMs): Promise<AlertState> {
  const { budget, memory } = await readTellerState(store, now);
  const mutes = await allMutes(store, now);
  const tally = tallyOf({ memory, now, groups: GROUPS, isDue: () => true });
  const notToTell = { muted: 0, known: 0, unreadable: 0 };
  const isMuted = muteJudge(store, mutes);
  let serverNow = now;
  for await (const page of alertPages(store, ALERTS, undefined)) {
    ({ serverNow } = page);
    const { alerts, strange } = readPage(page);
    notToTell.unreadable += strange.length;
    for (const alert of alerts) {
      if (await isMuted(alert)) notToTell.muted += 1;
      else if (judgeAlert(memory, alert.name, now) === 'tell') tally.add(alert);
      else notToTell.known += 1;
    }
  }
  const outcomes = await pileOf(store, SPOOLED_OUTCOMES);
  const unwritable = await pileOf(store, UNWRITABLE);
  return { memory, budget, waiting: tally.finish(), notToTell, mutes, outcomes, unwritable, serverNow };
}

// Alerts of one cause follow each other in the listing and share what is known of their mutes.
function muteJudge(store: ObjectStore, seen: readonly SeenMute[]): (alert: ListedAlert) => Promise<boolean> {
  const mutes = inForce(seen);
  let last = { causeId: '', isMuted: false };
  let reads = 0;
  return async (alert) => {
    const { causeId } = alert.name;
    if (last.causeId === causeId) return last.isMuted;
    const { candidates, certain } = mutesOf(mutes, alert.name);
    let isMuted = certain !== undefined;
    if (!isMuted && candidates.length > 0 && reads < READS_FOR_MUTES) {
      reads += 1;
      const read = await store.read({ key: alert.key, maxBytes: ALERT_MAX_BYTES });
      const instance = read.kind === 'found' ? parseRecord(read.bytes)?.instance : undefined;
      isMuted = candidates.some(({ mute }) => mute.instance === instance);
    }
    last = { causeId, isMuted };
    return isMuted;
  };
}

function inForce(seen: readonly SeenMute[]): readonly PlacedMute[] {
  return mutesInForce(
    seen.map(({ file, line, version }) => ({ version: { key: file, etag: version }, lines: [line] })),
  );
}

/** How much lies below a prefix, and since when the first of it. */
export async function pileOf(store: ObjectStore, prefix: string): Promise<Pile> {
  let count = 0;
  let oldest: EpochMs | undefined;
  await eachPage(store, { prefix }, (objects: readonly ObjectVersion[]) => {
    for (const { key, lastModified } of objects) {
      if (key.endsWith('/')) continue;
      count += 1;
      if (oldest === undefined || lastModified < oldest) oldest = lastModified;
    }
    return true;
  });
  return { count, oldest };
}
