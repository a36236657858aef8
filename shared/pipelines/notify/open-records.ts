import { parseMessageKey, partOf, recordKey, sentKey } from '../../core/notify/notify-layout.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { epochMs } from '../../core/time.ts';
import type { OpenMessage } from './collect.ts';
import { readKeys, readRecord, readSent } from './message-record.ts';
import { park } from './park.ts';
import { settle } from './settle.ts';
import type { Teller } from './teller.ts';

interface Folder {
  readonly folder: string;
  readonly at: number;
  readonly objects: readonly ObjectVersion[];
}

const DELETED_AT_ONCE = 1000;

/**
 * Brings what earlier runs left to its end: messages that were sent are cleared away, and those that were never made
 * whole are given up, their alerts being where they were.
 *
 * @param listed - A listing of the teller's state.
 * @returns The messages that are whole and were not sent, oldest first.
 */
export async function finishOpen(teller: Teller, listed: readonly ObjectVersion[]): Promise<readonly OpenMessage[]> {
  const unsent: OpenMessage[] = [];
  for (const folder of foldersOf(listed)) {
    const open = await finishOne(teller, folder);
    if (open !== undefined) unsent.push(open);
  }
  return unsent;
}

function foldersOf(listed: readonly ObjectVersion[]): readonly Folder[] {
  const folders = new Map<string, { folder: string; at: number; objects: ObjectVersion[] }>();
  for (const object of listed) {
    const parsed = parseMessageKey(object.key);
    if (parsed === undefined) continue;
    const found = folders.get(parsed.folder) ?? { folder: parsed.folder, at: parsed.at, objects: [] };
    found.objects.push(object);
    folders.set(parsed.folder, found);
  }
  return [...folders.values()].sort((a, b) => a.at - b.at);
}

async function finishOne(teller: Teller, { at, folder, objects }: Folder): Promise<OpenMessage | undefined> {
  const recorded = objects.find(({ key }) => key === recordKey(folder));
  const isSent = objects.some(({ key }) => key === sentKey(folder));
  if (recorded === undefined) {
    await deleteAll(teller, objects);
    return undefined;
  }
  const record = await readRecord(teller.deps.store, folder);
  if (record === undefined) {
    // Told already: what it covers must not be told again. Otherwise its alerts are still there to be told anew.
    if (isSent) await deleteCovered(teller, folder, objects);
    await park(teller, recorded, 'unreadable-body');
    await deleteAll(teller, objects);
    return undefined;
  }
  if (!isSent && record.form !== 'silent') return { folder, record };
  const sent = isSent ? await readSent(teller.deps.store, folder) : undefined;
  await settle(teller, { folder, record, at: sent?.at ?? epochMs(at) });
  return undefined;
}

async function deleteCovered({ deps }: Teller, folder: string, objects: readonly ObjectVersion[]): Promise<void> {
  for (const { key } of objects) {
    const part = partOf(key);
    if (part !== undefined) await deps.store.deleteMany(await readKeys(deps.store, folder, part));
  }
}

/** What says that it was sent goes last. */
async function deleteAll({ deps, sweepings }: Teller, objects: readonly ObjectVersion[]): Promise<void> {
  const keys: ObjectKey[] = [];
  for (const { key } of objects) {
    if (key.endsWith('/sent.json')) sweepings.add(key);
    else keys.push(key);
  }
  for (let from = 0; from < keys.length; from += DELETED_AT_ONCE) {
    await deps.store.deleteMany(keys.slice(from, from + DELETED_AT_ONCE));
  }
}
