import { PAUSED_KEY } from '../../../core/bucket-layout.ts';
import { displayText } from '../../../core/display-text.ts';
import type { ObjectVersion } from '../../../core/object-version.ts';
import { statedOwner } from '../../../core/sweep/control-changes.ts';
import { days, durationMs, type EpochMs, epochMs, plus } from '../../../core/time.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';
import { type HousekeepingDeps, reportAt } from './deps.ts';
import type { HousekeepingMemory } from './memory.ts';

const NOTE_MAX_BYTES = 4096;

/**
 * Reports every day that writing is still paused, beginning a day after it was, and when it no longer is. A pause that is
 * written again lasts on; that one began or ended is news of the sweep.
 */
export async function watchPause(deps: HousekeepingDeps, memory: HousekeepingMemory): Promise<HousekeepingMemory> {
  const { objects, serverNow } = await deps.store.list({ prefix: PAUSED_KEY, limit: 1 });
  const note = objects.find(({ key }) => key === PAUSED_KEY);
  if (note === undefined) return lifted(deps, memory, serverNow);
  const known = memory.pause ?? { since: note.lastModified, days: 0 };
  const since = epochMs(Math.min(known.since, note.lastModified));
  const lasted = Math.floor((serverNow - since) / days(1));
  if (lasted <= known.days) return memory.pause === undefined ? { ...memory, pause: known } : memory;
  await reportAt(deps, plus(since, durationMs(days(1) * lasted)), {
    kind: 'pause-standing',
    etag: note.etag,
    since,
    days: lasted,
    owner: displayText(await ownerOf(deps.store, note)),
  });
  return { ...memory, pause: { since, days: lasted } };
}

async function lifted(
  deps: HousekeepingDeps,
  memory: HousekeepingMemory,
  serverNow: EpochMs,
): Promise<HousekeepingMemory> {
  if (memory.pause === undefined) return memory;
  if (memory.pause.days > 0) {
    await reportAt(deps, serverNow, { kind: 'pause-lifted', since: memory.pause.since });
  }
  return { ...memory, pause: undefined };
}

async function ownerOf(store: ObjectStore, { key }: ObjectVersion): Promise<string> {
  const read = await store.read({ key, maxBytes: NOTE_MAX_BYTES });
  return read.kind === 'found' ? statedOwner(read.bytes.toString('utf8')) : '';
}
