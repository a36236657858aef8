import { archivedName } from '../bucket-layout.ts';
import { nameOf } from '../digest.ts';
import { type Etag, type ObjectKey, objectKey } from '../object-version.ts';
import { type EpochMs, epochMs } from '../time.ts';

/** Everything the teller writes down about its own work; one listing of it tells a run where things stand. */
export const NOTIFY_STATE = 'state/notify/';

/** One lease for the whole deployment: two tellers at once would tell everything twice. */
export const NOTIFY_LEASE = `${NOTIFY_STATE}lease/`;

/** Messages on their way, one folder each. */
export const MESSAGES = `${NOTIFY_STATE}messages/`;

/** What nobody could read or take, for people to look at. */
export const UNWRITABLE = 'outbox/unwritable/';

/** `budget`: what was sent when, and how the channels are. `memory`: what was told, and which conditions last. */
export type StateName = 'budget' | 'memory';

/** Versions are ordered by the epoch of the lease they were written under, then by their number in that run. */
export interface StateVersion {
  readonly epoch: number;
  readonly sequence: number;
}

/** Identifies a message: 32 hex digits, also its idempotency key at the channel. */
export type MessageId = string;

const VERSION_NAME = /^(?<epoch>\d{12})-(?<sequence>\d{6})\.json$/;
const FOLDER_NAME = /^(?<at>\d{13})-(?<id>[0-9a-f]{32})\/(?<name>.+)$/;

/** One version of a state object. */
export function stateKey(name: StateName, { epoch, sequence }: StateVersion): ObjectKey {
  return objectKey(`${NOTIFY_STATE}${name}/${pad(epoch, 12)}-${pad(sequence, 6)}.json`);
}

/** The versions of a state object in a listing, newest first; names that are not ours are passed over. */
export function stateVersions(name: StateName, keys: readonly ObjectKey[]): readonly ObjectKey[] {
  const prefix = `${NOTIFY_STATE}${name}/`;
  const versions = keys.filter((key) => key.startsWith(prefix) && VERSION_NAME.test(key.slice(prefix.length)));
  return versions.sort().reverse(); // digits of fixed width: byte order is the order of versions
}

/** The folder of one message. */
export function messageFolder(at: EpochMs, id: MessageId): string {
  return `${MESSAGES}${pad(at, 13)}-${id}/`;
}

/** The folder, id and file name of an object of a message; `undefined` for names that are not ours. */
export function parseMessageKey(
  key: string,
): { readonly folder: string; readonly id: MessageId; readonly at: EpochMs; readonly name: string } | undefined {
  const parts = key.startsWith(MESSAGES) ? FOLDER_NAME.exec(key.slice(MESSAGES.length))?.groups : undefined;
  const { at, id, name } = parts ?? {};
  if (at === undefined || id === undefined || name === undefined) return undefined;
  return { folder: `${MESSAGES}${at}-${id}/`, id, at: epochMs(Number(at)), name };
}

/** What makes a message real: written after its keys. */
export function recordKey(folder: string): ObjectKey {
  return objectKey(`${folder}record.json`);
}

/** Says that the message was delivered: from then on only what it covers is left to be cleared away. */
export function sentKey(folder: string): ObjectKey {
  return objectKey(`${folder}sent.json`);
}

/** One part of the keys of the alerts that a message covers. */
export function keysKey(folder: string, part: number): ObjectKey {
  return objectKey(`${folder}keys-${pad(part, 4)}.json`);
}

/** The number in the name of {@link keysKey}; `undefined` for other objects of a message. */
export function partOf(key: ObjectKey): number | undefined {
  const digits = /\/keys-(\d{4})\.json$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Where an object that can not be read or told is kept; another version of it has another place. */
export function parkedKey(found: ObjectKey, etag: Etag): ObjectKey {
  const name = archivedName(found.split('/').at(-1) ?? '');
  return objectKey(`${UNWRITABLE}${nameOf([found, etag], 16)}-${name}`);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
