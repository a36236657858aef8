import { mapLimited } from '../../../core/limit.ts';
import { SPOOLED_OUTCOMES } from '../../../core/notify/outbox-layout.ts';
import type { ObjectVersion } from '../../../core/object-version.ts';
import type { ObjectPage } from '../../../ports/object-store.ts';
import { type HousekeepingDeps, hasTime } from './deps.ts';
import { parkObject, parkRecord } from './park.ts';
import { readSpool, type SpoolReading } from './read-spool.ts';
import { writeOrRefuse } from './write-or-refuse.ts';

/** So much is read before it is written together: an outage leaves one small batch for every drop. */
const GROUP_OBJECTS = 200;
const GROUP_BYTES = 2 * 1024 * 1024;
const READS_AT_ONCE = 8;
const PAGE = 1000;

/**
 * Writes to the log store what it did not take before, oldest first, for as long as there is time. The records go as they
 * are, with their event ids. What the log store refuses for good is parked, one record at a time, and told; what can not
 * be read is parked whole. As soon as the log store does not answer, the rest waits for the next run. Killed anywhere, it
 * writes some records twice and loses none.
 */
export async function replayOutcomes(deps: HousekeepingDeps): Promise<void> {
  let page: ObjectPage | undefined;
  do {
    const startAfter = page?.next;
    page = await deps.store.list({
      prefix: SPOOLED_OUTCOMES,
      limit: PAGE,
      ...(startAfter === undefined ? {} : { startAfter }),
    });
    for (const group of groupsOf(page.objects)) {
      if (!hasTime(deps)) return;
      await replayGroup(deps, group);
    }
  } while (page.next !== undefined && hasTime(deps));
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

async function replayGroup(deps: HousekeepingDeps, versions: readonly ObjectVersion[]): Promise<void> {
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
  deps.runLog.write({ event: 'outcomes-replayed', count: batches.reduce((sum, one) => sum + one.records.length, 0) });
}

/** What is good of a batch is in the log store by now. */
async function parkDamaged(deps: HousekeepingDeps, reading: SpoolReading): Promise<void> {
  if (reading.kind === 'damaged') await parkObject(deps, reading.version, reading.reason);
  if (reading.kind === 'read' && !reading.isWhole) await parkObject(deps, reading.version, 'unreadable-body');
}
