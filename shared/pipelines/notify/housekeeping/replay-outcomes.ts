import { mapLimited } from '../../../core/limit.ts';
import { SPOOLED_OUTCOMES } from '../../../core/notify/outbox-layout.ts';
import type { ObjectVersion } from '../../../core/object-version.ts';
import { ServiceFailure } from '../../../core/service-failure.ts';
import type { ObjectPage } from '../../../ports/object-store.ts';
import { parkObject } from '../park-object.ts';
import { choreFailed, type HousekeepingDeps, hasTime } from './deps.ts';
import { parkRecord } from './park.ts';
import { readSpool, type SpoolReading } from './read-spool.ts';
import { writeOrRefuse } from './write-or-refuse.ts';

/** So much is read before it is written together: an outage leaves one small batch for every drop. */
const GROUP_OBJECTS = 200;
const GROUP_BYTES = 1024 * 1024;
const READS_AT_ONCE = 8;
const PAGE = 1000;

/** How the log store did. */
export type Replayed =
  /** It took something, or nothing waits for it. */
  | { readonly kind: 'well' }
  /** It was not asked. */
  | { readonly kind: 'unknown' }
  /** It took nothing. */
  | { readonly kind: 'failed'; readonly failure: ServiceFailure };

/**
 * Writes to the log store what it did not take before, oldest first, for as long as there is time. The records go as they
 * are, with their event ids. What the log store refuses for good is parked, one record at a time, and told; what can not
 * be read is parked whole. As soon as the log store does not answer, the rest waits for the next run. Killed anywhere, it
 * writes some records twice and loses none.
 *
 * @throws ServiceFailure when the bucket does not answer.
 */
export async function replayOutcomes(deps: HousekeepingDeps): Promise<Replayed> {
  let replayed: Replayed | undefined;
  let page: ObjectPage | undefined;
  do {
    const startAfter = page?.next;
    page = await deps.store.list({
      prefix: SPOOLED_OUTCOMES,
      limit: PAGE,
      ...(startAfter === undefined ? {} : { startAfter }),
    });
    for (const group of groupsOf(page.objects)) {
      if (!hasTime(deps)) return replayed ?? { kind: 'unknown' };
      const next = await tryGroup(deps, group);
      if (next.kind === 'failed') return replayed?.kind === 'well' ? replayed : next;
      if (next.kind === 'well') replayed = next;
      else replayed ??= next;
    }
  } while (page.next !== undefined && hasTime(deps));
  return replayed ?? { kind: 'well' };
}

async function tryGroup(deps: HousekeepingDeps, versions: readonly ObjectVersion[]): Promise<Replayed> {
  try {
    const count = await replayGroup(deps, versions);
    return { kind: count > 0 ? 'well' : 'unknown' };
  } catch (error) {
    if (!(error instanceof ServiceFailure) || error.facts.service !== 'sls') throw error;
    choreFailed(deps, 'replay-outcomes', error);
    return { kind: 'failed', failure: error };
  }
}

/** In their order, so many together as fit; folder markers, which the console leaves behind, are left alone. */
function groupsOf(objects: readonly ObjectVersion[]): readonly (readonly ObjectVersion[])[] {
  const groups: ObjectVersion[][] = [];
  let bytes = 0;
  for (const version of objects.filter(({ key }) => !key.endsWith('/'))) {
    const current = groups.at(-1);
    if (current !== undefined && current.length < GROUP_OBJECTS && bytes + version.size <= GROUP_BYTES) {
      current.push(version);
      bytes += version.size;
    } else {
      groups.push([version]);
      bytes = version.size;
    }
  }
  return groups;
}

/** How many records it wrote. */
async function replayGroup(deps: HousekeepingDeps, versions: readonly ObjectVersion[]): Promise<number> {
  const readings = await mapLimited(versions, READS_AT_ONCE, (version) => readSpool(deps.store, version));
  const batches = readings.filter((reading) => reading.kind === 'read');
  const refused = await writeOrRefuse(
    deps,
    batches.flatMap(({ records }) => records),
  );
  for (const one of refused) await parkRecord(deps, one);
  const written = batches.filter(({ isWhole }) => isWhole).map(({ version }) => version.key);
  if (written.length > 0) await deps.store.deleteMany(written);
  for (const reading of readings) {
    if (!hasTime(deps)) break;
    await parkDamaged(deps, reading);
  }
  const count = batches.reduce((sum, one) => sum + one.records.length, 0);
  deps.runLog.write({ event: 'outcomes-replayed', count });
  return count;
}

/** What is good of a batch is in the log store by now. */
async function parkDamaged(deps: HousekeepingDeps, reading: SpoolReading): Promise<void> {
  if (reading.kind === 'damaged') await parkObject(deps, reading.version, reading.reason);
  if (reading.kind === 'read' && !reading.isWhole) await parkObject(deps, reading.version, 'unreadable-body');
}
