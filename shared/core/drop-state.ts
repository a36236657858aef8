import { type DropId, parseDropId } from './drop-identity.ts';
import type { ObjectKey, ObjectVersion } from './object-version.ts';
import type { EventId } from './outcome-record.ts';
import { type DurationMs, days, type EpochMs, hours, minutes, plus } from './time.ts';

/** What is known about one drop of a folder, from the names of its state objects alone. */
export interface DropProgress {
  readonly dropId: DropId;
  /** A registration was tried: what is found at the service since then is our doing. */
  readonly attempted: boolean;
  /** The service accepted the registration: whether or not it shows the CA yet, it is never asked again. */
  readonly accepted: boolean;
  readonly decidedAt?: EpochMs;
  readonly done: boolean;
  /** How often the service refused for reasons that are not in the files, and when last. */
  readonly blocked: { readonly count: number; readonly lastAt: EpochMs } | undefined;
}

/** What is known about one folder of the inbox. */
export interface FolderState {
  /** Newest decision first. */
  readonly drops: readonly DropProgress[];
  /** SHA-256 (hex) of the registration codes that were handed out for this folder. */
  readonly codeHashes: readonly string[];
  /** Outcomes that were told although the drop stays where it is. */
  readonly told: ReadonlySet<EventId>;
}

const CODE_NAME = /^codes\/([0-9a-f]{64})\.json$/;
const TOLD_NAME = /^told\/([0-9a-f]{32})\.json$/;
const DROP_NAME = /^([0-9a-f]{16})\/(attempt|accepted|decision|done|blocked-(\d{1,6}))\.json$/;

interface Growing {
  attempted: boolean;
  accepted: boolean;
  decidedAt?: EpochMs;
  done: boolean;
  blocked: { count: number; lastAt: EpochMs } | undefined;
}

/** Reads a listing of a folder's state; names that are not ours are passed over. */
export function readFolderState(prefix: string, objects: readonly ObjectVersion[]): FolderState {
  const drops = new Map<DropId, Growing>();
  const codeHashes: string[] = [];
  const told = new Set<EventId>();
  for (const object of objects) {
    const name = object.key.slice(prefix.length);
    const hash = CODE_NAME.exec(name)?.[1];
    if (hash !== undefined) codeHashes.push(hash);
    const eventId = TOLD_NAME.exec(name)?.[1];
    if (eventId !== undefined) told.add(eventId as EventId);
    noteDrop(drops, DROP_NAME.exec(name), object.lastModified);
  }
  const known = [...drops].map(([dropId, progress]) => ({ dropId, ...progress }));
  known.sort((a, b) => (b.decidedAt ?? 0) - (a.decidedAt ?? 0));
  return { drops: known, codeHashes, told };
}

function noteDrop(drops: Map<DropId, Growing>, match: RegExpExecArray | null, at: EpochMs): void {
  const dropId = parseDropId(match?.[1] ?? '');
  if (match === null || dropId === undefined) return;
  const progress = drops.get(dropId) ?? { attempted: false, accepted: false, done: false, blocked: undefined };
  drops.set(dropId, progress);
  if (match[2] === 'attempt') progress.attempted = true;
  else if (match[2] === 'accepted') progress.accepted = true;
  else if (match[2] === 'decision') progress.decidedAt = at;
  else if (match[2] === 'done') progress.done = true;
  else {
    const count = Number(match[3]);
    if (count > (progress.blocked?.count ?? 0)) progress.blocked = { count, lastAt: at };
  }
}

/** A drop nobody has touched yet. */
export function progressOf(state: FolderState, dropId: DropId): DropProgress {
  const known = state.drops.find((drop) => drop.dropId === dropId);
  return known ?? { dropId, attempted: false, accepted: false, done: false, blocked: undefined };
}

const BLOCKED_DELAYS: readonly DurationMs[] = [minutes(10), hours(1), hours(6)];
const BLOCKED_DELAY_AFTERWARDS = hours(24);

/** Whether a drop was blocked and its next try is not due yet: until then there is nothing to do about it. */
export function isResting(progress: DropProgress, now: EpochMs): boolean {
  return progress.blocked !== undefined && now < nextTryAt(progress.blocked);
}

/** When a drop the service refused for reasons outside its files is tried again: 10 min, 1 h, 6 h, then daily. */
export function nextTryAt(blocked: { readonly count: number; readonly lastAt: EpochMs }): EpochMs {
  return plus(blocked.lastAt, BLOCKED_DELAYS[blocked.count - 1] ?? BLOCKED_DELAY_AFTERWARDS);
}

/** How long a folder's state keeps what is over: far longer than a lost or late event can take. */
const KEPT_FOR: DurationMs = days(90);
/** Beyond it the rest waits for the folder's next drop. */
const OUTDATED_MAX = 200;

/**
 * The state objects of a folder that nothing asks for any more: of drops that were done, and marks of what was told, all
 * untouched for 90 days. A drop's `done` mark is the last of its objects to go, so that half a deletion never looks like
 * an open decision.
 */
export function outdatedState(prefix: string, objects: readonly ObjectVersion[], now: EpochMs): readonly ObjectKey[] {
  const isOld = ({ lastModified }: ObjectVersion): boolean => now - lastModified > KEPT_FOR;
  const ofDrop = ({ key }: ObjectVersion): string | undefined => DROP_NAME.exec(key.slice(prefix.length))?.[1];
  const isDone = ({ key }: ObjectVersion): boolean => key.endsWith('/done.json');
  const done = new Set(objects.filter(isDone).map(ofDrop));
  const fresh = new Set(objects.filter((object) => !isOld(object)).map(ofDrop));
  const outdated = objects.filter((object) => {
    const drop = ofDrop(object);
    if (drop === undefined) return TOLD_NAME.test(object.key.slice(prefix.length)) && isOld(object);
    return done.has(drop) && !fresh.has(drop);
  });
  const lastOfAll = outdated.filter(isDone);
  return [...outdated.filter((object) => !isDone(object)), ...lastOfAll].slice(0, OUTDATED_MAX).map(({ key }) => key);
}
