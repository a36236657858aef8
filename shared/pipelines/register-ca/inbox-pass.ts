import { dropIdOf } from '../../core/drop-identity.ts';
import { type DropSource, INBOX, placeOf } from '../../core/drop-source.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { type DurationMs, type EpochMs, epochMs, minutes, plus, seconds } from '../../core/time.ts';
import { eachPage } from '../each-page.ts';
import type { RegisterDeps } from './deps.ts';
import { compareTurns, inTurn, keepTurn, readTurn, type Turn } from './inbox-turn.ts';
import { MAX_FILES } from './read-drop.ts';
import { RegistrationPostponedError } from './settle-drop.ts';
import { settleSource } from './settle-source.ts';
import { tellOnce } from './tell-once.ts';

/** A folder somebody is still uploading to is left alone: its events are on their way. */
const UNTOUCHED_FOR: DurationMs = minutes(2);
/** As many drops as are kept in mind at once; of more, the first in the order of their keys. */
const MAX_SOURCES = 10_000;
const MAX_PAGES = 1_000;
/** No drop is begun with less time than this left, and none keeps asking a silent service for longer. */
const TIME_FOR_ONE_DROP: DurationMs = seconds(20);

interface Found extends Turn {
  readonly source: DropSource;
  readonly objects: ObjectVersion[];
  newest: EpochMs; // grows while the listing goes on
}

/**
 * Goes through the whole inbox, oldest first, until the deadline, and goes on from there the next time, so that
 * thousands of drops that can only wait never keep the others from their turn: finds drops whose events were lost, that were put
 * there before the trigger existed, or that wait for something.
 *
 * @returns How many drops were looked at and how many there are.
 * @throws ServiceFailure when what became of a drop could not even be told; the first such failure, and only when all
 *   the other drops had their turn.
 */
export async function settleInbox(deps: RegisterDeps): Promise<{ readonly settled: number; readonly found: number }> {
  const found = await findDue(deps);
  const turn = found.length > 1 ? await readTurn(deps.store) : undefined;
  const due = inTurn(found, turn);
  const failures: unknown[] = [];
  let settled = 0;
  for (const { source, objects } of due) {
    if (deps.clock.now() + TIME_FOR_ONE_DROP > deps.deadline) break;
    try {
      await settleOne(deps, source, objects);
    } catch (error) {
      failures.push(error);
    }
    settled += 1;
  }
  deps.runLog.write({ event: 'inbox-pass', count: settled });
  await keepTurn(deps.store, turn, settled < due.length ? due[settled - 1] : undefined);
  if (failures.length > 0) throw failures[0];
  return { settled, found: due.length };
}

async function findDue(deps: RegisterDeps): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  const { serverNow } = await eachPage(deps.store, { prefix: INBOX, maxPages: MAX_PAGES }, (objects) => {
    for (const object of objects) note(found, object, deps);
    return found.size < MAX_SOURCES;
  });
  return [...found.values()].filter(({ newest }) => serverNow - newest >= UNTOUCHED_FOR).sort(compareTurns);
}

function note(found: Map<string, Found>, object: ObjectVersion, deps: RegisterDeps): void {
  const placement = placeOf(object.key, deps.settings.instances);
  if (placement.kind === 'silent' || placement.kind === 'outside') return;
  const name = placement.kind === 'folder' ? `${placement.instance}/${placement.caName}` : object.key;
  const known = found.get(name);
  if (known === undefined) {
    found.set(name, { name, source: placement, objects: [object], newest: object.lastModified });
    return;
  }
  if (known.objects.length <= MAX_FILES) known.objects.push(object);
  if (object.lastModified > known.newest) known.newest = object.lastModified;
}

/** What goes wrong with one drop becomes an outcome, told once; throws only when telling it fails too. */
async function settleOne(deps: RegisterDeps, source: DropSource, objects: readonly ObjectVersion[]): Promise<void> {
  const retryUntil = epochMs(Math.min(deps.deadline, plus(deps.clock.now(), TIME_FOR_ONE_DROP)));
  try {
    await settleSource({ ...deps, retryUntil }, source);
  } catch (error) {
    if (error instanceof RegistrationPostponedError) return; // told, and the next tick is its next try
    const errorCode =
      error instanceof ServiceFailure ? `${error.facts.service}-${error.facts.code}` : nameOfError(error);
    deps.runLog.write({ event: 'drop-failed', code: errorCode });
    await tellOnce(deps, source, { kind: 'drop-failed', drop: { source, dropId: dropIdOf(objects) }, errorCode });
  }
}

function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
