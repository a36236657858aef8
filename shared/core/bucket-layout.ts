import { nameOf, sha256Hex } from './digest.ts';
import type { DropId } from './drop-identity.ts';
import { type DropSource, INBOX } from './drop-source.ts';
import type { InstanceId } from './instance.ts';
import { type ObjectKey, objectKey } from './object-version.ts';
import type { EventId } from './outcome-record.ts';
import type { CaSerial } from './serial.ts';
import type { EpochMs } from './time.ts';

/** Where a settled drop's files go. */
export type Destination = 'registered' | 'rejected' | 'quarantine';

/** Its existence stops every write to the service (the kill switch). */
export const PAUSED_KEY = objectKey('control/paused');

const MISPLACED = '_misplaced';
const SAFE_NAME_MAX = 64;

/**
 * The name under which a person's file is archived: at most 64 safe characters, `-`, and 8 hex digits of the original
 * name's hash, so that two names never meet and no name can leave its folder.
 */
export function archivedName(fileName: string): string {
  const safe = fileName.replaceAll(/[^A-Za-z0-9._-]/gu, '_').slice(0, SAFE_NAME_MAX);
  return `${safe}-${sha256Hex(fileName).slice(0, 8)}`;
}

/**
 * {@link archivedName} for all files of one drop, in their order. Names made to share these 8 digits (that takes a
 * second of computing) are told apart by a number, so that no file overwrites another.
 */
export function archivedNames(fileNames: readonly string[]): readonly string[] {
  const taken = new Map<string, number>();
  return fileNames.map((fileName) => {
    const name = archivedName(fileName);
    const earlier = taken.get(name) ?? 0;
    taken.set(name, earlier + 1);
    return earlier === 0 ? name : `${name}-${String(earlier + 1)}`;
  });
}

/** `inbox/<instance>/<caName>/`, the folder as people know it; for a misplaced file its whole key. */
export function inboxPrefix(source: DropSource): string {
  return source.kind === 'folder' ? `${INBOX}${source.instance}/${source.caName}/` : source.key;
}

/** The name of a file within its drop: the last segment of its key, or the whole key of a misplaced file. */
export function fileNameOf(source: DropSource, key: ObjectKey): string {
  return source.kind === 'folder' ? key.slice(inboxPrefix(source).length) : key;
}

/** `registered/<instance>/<caName>/<dropId>/` and the like; misplaced files go to `…/_misplaced/<dropId>/`. */
export function destinationPrefix(destination: Destination, source: DropSource, dropId: DropId): string {
  return `${destination}/${placeSegments(source)}/${dropId}/`;
}

/** `state/register/<instance>/<caName>/`, where the register function keeps what it knows about one folder. */
export function statePrefix(source: DropSource): string {
  if (source.kind === 'folder') return `state/register/${source.instance}/${source.caName}/`;
  return `state/register/${MISPLACED}/${nameOf([source.key], 16)}/`;
}

function placeSegments(source: DropSource): string {
  return source.kind === 'folder' ? `${source.instance}/${source.caName}` : MISPLACED;
}

/** The per-drop state objects; see `docs/architecture.md` for when each is written. */
export type DropStateName = 'attempt' | 'accepted' | 'decision' | 'done';

/** `state/register/…/<dropId>/<name>.json` */
export function dropStateKey(source: DropSource, dropId: DropId, name: DropStateName): ObjectKey {
  return objectKey(`${statePrefix(source)}${dropId}/${name}.json`);
}

/** One blocked try of a drop; its number says how long to wait before the next. */
export function blockedKey(source: DropSource, dropId: DropId, attempt: number): ObjectKey {
  return objectKey(`${statePrefix(source)}${dropId}/blocked-${String(attempt)}.json`);
}

/** Marks that an outcome which leaves the drop where it is has been told. */
export function toldKey(source: DropSource, eventId: EventId): ObjectKey {
  return objectKey(`${statePrefix(source)}told/${eventId}.json`);
}

/** Remembers that a registration code was handed out for this folder; only the code's SHA-256 (hex) is kept. */
export function codeHashKey(
  folder: { readonly instance: InstanceId; readonly caName: string },
  hash: string,
): ObjectKey {
  return objectKey(`${statePrefix({ kind: 'folder', ...folder })}codes/${hash}.json`);
}

/** The prefix of a folder's leases. */
export function leasePrefix(source: DropSource): string {
  return `${statePrefix(source)}lease/`;
}

/** `outbox/outcomes/<at>-<batchId>.json`: outcome records that the log store did not take. */
export function spooledOutcomesKey(at: EpochMs, batchId: string): ObjectKey {
  return objectKey(`outbox/outcomes/${String(at).padStart(13, '0')}-${batchId}.json`);
}

/** Where a pass over the inbox ran out of time. No instance is named so. */
export const INBOX_TURN_KEY = objectKey('state/register/_inbox-turn.json');

/** `state/register/_cas/<instance>/`: one empty mark per CA that this pipeline registered. */
export function registeredCasPrefix(instance: InstanceId): string {
  return `state/register/_cas/${instance}/`;
}

/** The mark that this pipeline registered a CA, so that a sweep does not report it as a stranger. */
export function registeredCaKey(instance: InstanceId, ca: CaSerial): ObjectKey {
  return objectKey(`${registeredCasPrefix(instance)}${ca}`);
}
