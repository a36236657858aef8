import { mapLimited } from '../../../core/limit.ts';
import { SPOOLED_OUTCOMES } from '../../../core/notify/outbox-layout.ts';
import type { ObjectVersion } from '../../../core/object-version.ts';
import type { OutcomeRecord } from '../../../core/outcome-record.ts';
import { ServiceFailure } from '../../../core/service-failure.ts';
import { isContentRefusal, isPassingSlsFailure } from '../../../core/sls-codes.ts';
import type { ObjectPage } from '../../../ports/object-store.ts';
import { type HousekeepingDeps, hasTime } from './deps.ts';
import { parkObject, parkRecord, type RefusedRecord } from './park.ts';
import { readSpool, type SpoolReading } from './read-spool.ts';

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
  const refused = await writeAll(
    deps,
    batches.flatMap(({ records }) => records),
  );
  for (const one of refused) await parkRecord(deps, one);
  for (const reading of readings) await parkDamaged(deps, reading);
  const written = batches.filter(({ isWhole }) => isWhole).map(({ version }) => version.key);
  if (written.length > 0) await deps.store.deleteMany(written);
  deps.runLog.write({ event: 'outcomes-replayed', count: batches.reduce((sum, one) => sum + one.records.length, 0) });
}

/** What is good of a batch is in the log store by now. */
async function parkDamaged(deps: HousekeepingDeps, reading: SpoolReading): Promise<void> {
  if (reading.kind === 'damaged') await parkObject(deps, reading.version, reading.reason);
  if (reading.kind === 'read' && !reading.isWhole) await parkObject(deps, reading.version, 'unreadable-body');
}

/** What is known while one group is written. */
interface Writing {
  /** The log store took something: it works, and what it still refuses is at fault itself. */
  hasTaken: boolean;
  readonly refused: RefusedRecord[];
  /** Refused with a code nobody told us about, before the log store was seen to work. */
  readonly suspects: RefusedRecord[];
}

/** Writes all records but those that the log store refuses for good, and gives these back; throws its failure otherwise. */
async function writeAll(deps: HousekeepingDeps, records: readonly OutcomeRecord[]): Promise<readonly RefusedRecord[]> {
  if (records.length === 0) return [];
  const writing: Writing = { hasTaken: false, refused: [], suspects: [] };
  await write(deps, records, writing);
  const [suspect] = writing.suspects;
  if (suspect === undefined) return writing.refused;
  if (!writing.hasTaken) throw unexplained(suspect);
  return [...writing.refused, ...writing.suspects];
}

/** Halves what is refused until single records are left. */
async function write(deps: HousekeepingDeps, records: readonly OutcomeRecord[], writing: Writing): Promise<void> {
  const [record, ...others] = records;
  if (record === undefined) return;
  try {
    await deps.log.append(records);
    writing.hasTaken = true;
  } catch (error) {
    if (!(error instanceof ServiceFailure) || isPassingSlsFailure(error.facts)) throw error;
    if (others.length > 0) {
      const half = Math.ceil(records.length / 2);
      await write(deps, records.slice(0, half), writing);
      await write(deps, records.slice(half), writing);
      return;
    }
    const { code } = error.facts;
    const isAtFault = writing.hasTaken || isContentRefusal(error.facts);
    (isAtFault ? writing.refused : writing.suspects).push({ record, code });
    // Two records that have nothing in common but this code: it is about us, and not about them.
    if (writing.suspects.length > 1 && !writing.hasTaken) throw error;
  }
}

function unexplained({ code }: RefusedRecord): ServiceFailure {
  return new ServiceFailure({ service: 'sls', code, status: 0, requestId: '' });
}
