import { statePrefix } from '../../core/bucket-layout.ts';
import { type DropSource, INBOX, placeOf } from '../../core/drop-source.ts';
import { readFolderState } from '../../core/drop-state.ts';
import type { FunctionEvent, ObjectEvent, UnreadableEvent } from '../../core/function-event.ts';
import type { Etag, ObjectKey } from '../../core/object-version.ts';
import { type Outcome, recordOf } from '../../core/outcome.ts';
import { type EpochMs, plus, seconds } from '../../core/time.ts';
import { readDecision } from './decision.ts';
import type { RegisterDeps } from './deps.ts';
import { settleInbox } from './inbox-pass.ts';
import { listState } from './read-drop.ts';
import { settleSource } from './settle-source.ts';
import { tellOnce } from './tell-once.ts';

/** How many of a folder's newest decisions are asked whether they are about a vanished object. */
const DECISIONS_ASKED = 20;

const UNREADABLE: Readonly<Record<UnreadableEvent, string>> = {
  'not-json': 'The bytes are not JSON.',
  'unknown-shape': 'It is neither an OSS event nor a timer event.',
  'too-large': 'It is longer than the platform delivers.',
};

/**
 * The register function: settles the drop an upload belongs to, or, on a tick, every drop that waits in the inbox.
 *
 * @throws RegistrationPostponedError, ServiceFailure or UnreadableDecisionError, so that the platform brings the event
 *   again; everything else that can happen to a drop is an outcome. One failing event of several does not stop the
 *   others: the first failure is thrown when all were tried.
 */
export async function runRegisterCa(deps: RegisterDeps, event: FunctionEvent): Promise<void> {
  switch (event.kind) {
    case 'unreadable':
      return refuse(deps, event.reason, UNREADABLE[event.reason], event.payloadHash);
    case 'tick':
      await settleInbox(deps);
      return;
    case 'objects':
      return settleEvents(deps, event.events);
  }
}

async function settleEvents(deps: RegisterDeps, events: readonly ObjectEvent[]): Promise<void> {
  const failures: unknown[] = [];
  for (const event of events) {
    try {
      await settleEvent(deps, event);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function settleEvent(deps: RegisterDeps, event: ObjectEvent): Promise<void> {
  if (event.bucket !== deps.settings.bucket) {
    return refuse(deps, 'other-bucket', 'It names a bucket that is not ours.', event.bucket);
  }
  const readings = [event.key, ...(event.alternateKey === undefined ? [] : [event.alternateKey])];
  const [first, ...others] = readings.filter((key) => key.startsWith(INBOX));
  if (first === undefined) return refuse(deps, 'other-prefix', 'It names an object outside inbox/.', event.key);
  for (const key of [first, ...others]) {
    if ((await settleKey(deps, event, key)) === 'dealt-with') return;
  }
  await tellVanished(deps, event, first);
}

/** `nothing-there`: no object under this key is or was known; worth trying the other reading of the key. */
async function settleKey(
  deps: RegisterDeps,
  event: ObjectEvent,
  key: ObjectKey,
): Promise<'dealt-with' | 'nothing-there'> {
  const placement = placeOf(key, deps.settings.instances);
  if (placement.kind === 'silent' || placement.kind === 'outside') return 'dealt-with';
  const result = await settleSource(deps, placement, event.claims);
  if (result.kind === 'busy') return 'dealt-with';
  // Any version of it: an owner who replaces a file has not lost the earlier one.
  return result.seen.has(key) || (await isKnown(deps, placement, key, event)) ? 'dealt-with' : 'nothing-there';
}

/** Replaced since (its new version has an event of its own), or decided about by an earlier run. */
async function isKnown(deps: RegisterDeps, source: DropSource, key: ObjectKey, event: ObjectEvent): Promise<boolean> {
  if ((await deps.store.head(key)) !== undefined) return true;
  const { objects } = await listState(deps.store, source);
  const decided = readFolderState(statePrefix(source), objects).drops.filter((drop) => drop.decidedAt !== undefined);
  for (const { decidedAt, dropId } of decided.slice(0, DECISIONS_ASKED)) {
    const decision = await readDecision(deps.store, source, dropId);
    const about = decision?.objects.find((object) => object.key === key);
    if (about !== undefined && (isMeant(event, about.etag) || isLater(decidedAt, event))) return true;
  }
  return false;
}

/** Whether the event speaks of this version; one that names no ETag may speak of any. */
function isMeant(event: ObjectEvent, etag: Etag): boolean {
  return event.etag === etag || event.etag === '';
}

/** Decided after the event: about the version that replaced the event's own. The store's times are whole seconds. */
function isLater(decidedAt: EpochMs | undefined, { at }: ObjectEvent): boolean {
  return decidedAt !== undefined && at !== undefined && plus(decidedAt, seconds(1)) > at;
}

async function tellVanished(deps: RegisterDeps, event: ObjectEvent, key: ObjectKey): Promise<void> {
  const source = placeOf(key, deps.settings.instances);
  if (source.kind !== 'folder' && source.kind !== 'misplaced') return;
  const { claims, etag } = event;
  await tellOnce(deps, source, { kind: 'drop-vanished', object: { key, etag }, source, claims });
}

async function refuse(deps: RegisterDeps, reason: string, sentence: string, payload: string): Promise<void> {
  const outcome: Outcome = { kind: 'event-refused', reason, sentence, payloadHash: payload };
  await deps.reporter.report([recordOf(outcome, deps.clock.now(), deps.run)]);
}
