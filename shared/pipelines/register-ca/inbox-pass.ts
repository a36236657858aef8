import { dropIdOf } from '../../core/drop-identity.ts';
import { type DropSource, INBOX, placeOf } from '../../core/drop-source.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import type { Outcome } from '../../core/outcome.ts';
import { recordOf } from '../../core/outcome.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { type DurationMs, type EpochMs, minutes, seconds } from '../../core/time.ts';
import type { RegisterDeps } from './deps.ts';
import { eachPage } from './read-drop.ts';
import { settleSource } from './settle-source.ts';

/** A folder somebody is still uploading to is left alone: its events are on their way. */
const UNTOUCHED_FOR: DurationMs = minutes(2);
/** Beyond this many waiting drops the oldest are worked off first and the rest wait for the next tick. */
const MAX_SOURCES = 10_000;
const MAX_PAGES = 1_000;
/** No drop is begun with less time than this left. */
const TIME_FOR_ONE_DROP: DurationMs = seconds(20);

interface Found {
  readonly source: DropSource;
  readonly objects: ObjectVersion[];
  newest: EpochMs;
}

/**
 * Goes through the whole inbox, oldest first, until the deadline: finds drops whose events were lost, that were put
 * there before the trigger existed, or that wait for something.
 *
 * @returns How many drops were looked at and how many there are.
 */
export async function settleInbox(deps: RegisterDeps): Promise<{ readonly settled: number; readonly found: number }> {
  const due = await findDue(deps);
  let settled = 0;
  for (const { source, objects } of due) {
    if (deps.clock.now() + TIME_FOR_ONE_DROP > deps.deadline) break;
    await settleOne(deps, source, objects);
    settled += 1;
  }
  deps.runLog.write({ event: 'inbox-pass', count: settled });
  return { settled, found: due.length };
}

async function findDue(deps: RegisterDeps): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  const { serverNow } = await eachPage(
    deps.store,
    INBOX,
    (objects) => {
      for (const object of objects) note(found, object, deps);
      return found.size < MAX_SOURCES;
    },
    MAX_PAGES,
  );
  return [...found.values()]
    .filter(({ newest }) => serverNow - newest >= UNTOUCHED_FOR)
    .sort((a, b) => a.newest - b.newest);
}

function note(found: Map<string, Found>, object: ObjectVersion, deps: RegisterDeps): void {
  const placement = placeOf(object.key, deps.settings.instances);
  if (placement.kind === 'silent' || placement.kind === 'outside') return;
  const name = placement.kind === 'folder' ? `${placement.instance}/${placement.caName}` : object.key;
  const known = found.get(name);
  if (known === undefined) {
    found.set(name, { source: placement, objects: [object], newest: object.lastModified });
    return;
  }
  if (known.objects.length <= 20) known.objects.push(object);
  if (object.lastModified > known.newest) known.newest = object.lastModified;
}

/** One bad drop never stops the others: what it did wrong becomes an outcome. */
async function settleOne(deps: RegisterDeps, source: DropSource, objects: readonly ObjectVersion[]): Promise<void> {
  try {
    await settleSource(deps, source);
  } catch (error) {
    const errorCode =
      error instanceof ServiceFailure ? `${error.facts.service}-${error.facts.code}` : nameOfError(error);
    deps.runLog.write({ event: 'drop-failed', code: errorCode });
    const outcome: Outcome = { kind: 'drop-failed', drop: { source, dropId: dropIdOf(objects) }, errorCode };
    await deps.reporter.report([recordOf(outcome, deps.clock.now(), deps.run)]);
  }
}

function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
