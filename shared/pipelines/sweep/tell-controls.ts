import * as v from 'valibot';
import { displayText } from '../../core/display-text.ts';
import { etagOf, type ObjectVersion, objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import {
  CONTROL,
  controlChanges,
  controlKindOf,
  HOLDS,
  type KnownControl,
  RELEASES,
  type SeenControl,
  statedOwner,
} from '../../core/sweep/control-changes.ts';
import { holdReminders } from '../../core/sweep/hold-reminders.ts';
import { CONTROL_INDEX_KEY } from '../../core/sweep/sweep-layout.ts';
import type { SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';
import { readJsonObject } from '../json-object.ts';
import { readConditions } from './conditions-store.ts';
import { type SweepContext, tell } from './context.ts';
import type { HoldFile } from './hold-files.ts';
import { isUnreadable, orUnreadable } from './read-controls.ts';
import { type Found, settleConditions, standingOf, tellStanding } from './settle-conditions.ts';

/** What was told about control files, for as long as it is true. */
interface ControlIndex {
  readonly files: readonly KnownControl[];
  /** Names of the reminders that were given. */
  readonly reminded: readonly string[];
}

const Shape = v.object({
  schema: v.literal(1),
  files: v.array(v.object({ key: v.string(), etag: v.string(), holds: v.number() })),
  reminded: v.array(v.string()),
});

const INDEX_MAX_BYTES = 16 * 1024 * 1024;
const NOTE_MAX_BYTES = 4096;
/** Hold files are at most 5,000; what else lies here is a handful. */
const MAX_PAGES = 8;
const OWNERS_NAMED = 3;

/**
 * Tells what people changed under `control/` since the last sweep, reminds the owners of holds that end, and says aloud
 * when something there, or in our own memory of acts, stops all acts.
 */
export async function tellControls(context: SweepContext): Promise<void> {
  const { controls, deps, sweep, unreadableIntents } = context;
  const { holdFiles: files, paused, releases } = await controls.said();
  const listed = await orUnreadable(CONTROL, () => listAll(deps.store, { prefix: CONTROL, maxPages: MAX_PAGES }));
  const stopped = (objectKey: string, reason: string, line?: number): Stopped => {
    const place = line === undefined ? { objectKey } : { objectKey, line };
    return { kind: 'acts-stopped', sweepId: sweep.id, ...place, reason };
  };
  const unreadable = new Set([paused, files, releases].filter(isUnreadable).map(({ key }) => key));
  await tellStopped(
    context,
    [
      ...[...unreadable].map((key) => stopped(key, 'controls-unreadable')),
      ...unreadableIntents.map((key) => stopped(key, 'intent-unreadable')),
      ...(isUnreadable(files) ? [] : files.flatMap((file) => namelessOf(file).slice(0, 1))).map(({ file, line }) =>
        stopped(file, 'hold-names-no-device', line),
      ),
    ],
    // The first that can not be read is named, and nobody looks at the others.
    ({ objectKey = '' }) => {
      const isHidden =
        (isUnreadable(files) && objectKey.startsWith(HOLDS)) ||
        (isUnreadable(releases) && objectKey.startsWith(RELEASES));
      return isHidden ? undefined : 'over';
    },
  );
  if (isUnreadable(files)) return;
  // Only the news is late then: no guardrail looks at this listing, and the next sweep tells what changed.
  if (isUnreadable(listed)) deps.runLog.write({ event: 'controls-not-listed' });
  else await tellChanges(context, files, listed.objects);
}

type Stopped = SweepOutcome & { readonly kind: 'acts-stopped' };

/** Tells what stops all acts when it is new and once a day, and its end. */
async function tellStopped(context: SweepContext, outcomes: readonly Stopped[], endOf: Found['endOf']): Promise<void> {
  const known = await readConditions(context.deps.store, 'deployment', context.sweep.id);
  for (const outcome of outcomes) await tellStanding(context, known.open, outcome);
  const standing = outcomes.map((outcome) => standingOf(outcome));
  await settleConditions(context, 'deployment', known, { standing, endOf });
}

async function tellChanges(
  { deps, sweep, ...context }: SweepContext,
  files: readonly HoldFile[],
  objects: readonly ObjectVersion[],
): Promise<void> {
  const { store } = deps;
  const index = await readIndex(store);
  const known = new Map(index.files.map((file) => [file.key, file]));
  const seen: SeenControl[] = files.map(seenHolds);
  for (const version of objects) {
    const kind = controlKindOf(version.key);
    if (kind === undefined || kind === 'hold') continue;
    const isNew = known.get(version.key)?.etag !== version.etag;
    const owner = isNew ? await ownerOf(store, version) : '';
    seen.push({ kind, version, holds: 0, nameless: 0, owner });
  }
  const reminders = holdReminders(
    files.flatMap(({ lines }) => lines),
    sweep.id,
    sweep.startedAt,
  );
  const reminded = new Set(index.reminded);
  const changes = controlChanges(index.files, seen, sweep.id);
  const due = reminders.filter(({ name }) => !reminded.has(name)).map(({ outcome }) => outcome);
  if (changes.length === 0 && due.length === 0) return;
  const outcomes: readonly SweepOutcome[] = [...changes, ...due];
  await tell({ deps, sweep, ...context }, outcomes);
  await writeIndex(store, {
    files: seen.map(({ holds, version }) => ({ key: version.key, etag: version.etag, holds })),
    reminded: reminders.map(({ name }) => name),
  });
}

function seenHolds({ lines, version }: HoldFile): SeenControl {
  const owners = [...new Set(lines.map(({ owner }) => owner).filter((owner) => owner !== ''))];
  const more = owners.length > OWNERS_NAMED ? ` and ${String(owners.length - OWNERS_NAMED)} more` : '';
  return {
    kind: 'hold',
    version,
    holds: lines.length,
    nameless: namelessOf({ lines }).length,
    owner: displayText(owners.slice(0, OWNERS_NAMED).join(', ')) + more,
  };
}

function namelessOf({ lines }: Pick<HoldFile, 'lines'>): HoldFile['lines'] {
  return lines.filter(({ devices }) => devices !== 'every' && devices.length === 0);
}

/** What such a file says is for people only: it works by being there, so one that can not be read stops nothing. */
async function ownerOf(store: ObjectStore, { key }: ObjectVersion): Promise<string> {
  const read = await orUnreadable(key, () => store.read({ key, maxBytes: NOTE_MAX_BYTES }));
  if (isUnreadable(read)) return 'not readable';
  return read.kind === 'found' ? statedOwner(read.bytes.toString('utf8')) : '';
}

/** One that can not be read counts as none: every control file is then told as added, which is loud and harmless. */
async function readIndex(store: ObjectStore): Promise<ControlIndex> {
  const read = await readJsonObject(store, CONTROL_INDEX_KEY, Shape, INDEX_MAX_BYTES);
  const { files, reminded } = read ?? { files: [], reminded: [] };
  return {
    files: files.map(({ etag, holds, key }) => ({ key: objectKey(key), etag: etagOf(etag), holds })),
    reminded,
  };
}

async function writeIndex(store: ObjectStore, index: ControlIndex): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, ...index }));
  await store.put({ key: CONTROL_INDEX_KEY, bytes, contentType: 'application/json' });
}
