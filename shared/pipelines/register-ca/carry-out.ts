import { destinationPrefix, dropStateKey, toldKey } from '../../core/bucket-layout.ts';
import { sha256Hex } from '../../core/digest.ts';
import { MAX_FILE_BYTES } from '../../core/drop-file.ts';
import { type ObjectKey, objectKey } from '../../core/object-version.ts';
import type { EventId, OutcomeRecord } from '../../core/outcome-record.ts';
import { noteRegisteredCa } from '../registered-cas.ts';
import type { DecidedObject, Decision } from './decision.ts';
import type { RegisterDeps } from './deps.ts';
import type { HeldSource } from './open-drop.ts';

/** The bytes of files that this run has read and checked, by their SHA-256 (hex): an ETag is MD5, which can be forged. */
export type BytesInHand = ReadonlyMap<string, Buffer>;

/**
 * Carries a decision out: files the very bytes that were checked, writes the documents, tells the outcome, empties the
 * inbox of exactly these versions, and marks the drop done. Every step is harmless twice and each comes after what must
 * not be lost without it: nothing is deleted before it is filed and told.
 *
 * @param inHand - Bytes this run has; a run that finishes another's decision has none and reads the versions again.
 */
export async function carryOut(
  deps: RegisterDeps,
  held: HeldSource,
  decision: Decision,
  inHand: BytesInHand,
): Promise<void> {
  const { source } = held;
  const folder = destinationPrefix(decision.destination, source, decision.dropId);
  await Promise.all(decision.objects.map((object) => fileObject(deps, decision, folder, object, inHand)));
  await Promise.all(
    decision.documents.map((document) =>
      deps.store.put({
        key: objectKey(folder + document.name),
        bytes: Buffer.from(document.text),
        contentType: document.contentType,
      }),
    ),
  );
  await tell(deps, held, decision.outcome);
  await noteRegisteredCa(deps.store, decision.outcome);
  await Promise.all(decision.objects.map((object) => removeFromInbox(deps, object)));
  await deps.store.put({
    key: dropStateKey(source, decision.dropId, 'done'),
    bytes: Buffer.from('{"schema":1}'),
    contentType: 'application/json',
  });
}

/** A file that is put into the wrong place again and again, as some tools do, is told once for each content. */
async function tell(deps: RegisterDeps, { source, state }: HeldSource, outcome: OutcomeRecord): Promise<void> {
  const eventId = outcome.event_id as EventId;
  if (state.told.has(eventId)) return;
  await deps.reporter.report([outcome]);
  if (source.kind !== 'misplaced') return;
  const marker = Buffer.from('{"schema":1}');
  await deps.store.put({ key: toldKey(source, eventId), bytes: marker, contentType: 'application/json' });
}

async function fileObject(
  deps: RegisterDeps,
  decision: Decision,
  folder: string,
  object: DecidedObject,
  inHand: BytesInHand,
): Promise<void> {
  const to = objectKey(folder + object.archivedName);
  const encrypted = decision.destination === 'quarantine' ? ({ encrypted: true } as const) : {};
  const bytes = inHand.get(object.sha256 ?? '') ?? (await readAgain(deps, object));
  if (bytes !== undefined) {
    await deps.store.put({ key: to, bytes, contentType: 'application/octet-stream', ...encrypted });
    return;
  }
  // Too large to have been read (then it is copied unread), or no longer that version.
  const copied =
    object.sha256 === undefined
      ? await deps.store.copy({ from: object.key, to, ifMatch: object.etag, ...encrypted })
      : 'changed';
  if (copied !== 'copied') await noteUnfiled(deps, to);
}

async function readAgain(deps: RegisterDeps, object: DecidedObject): Promise<Buffer | undefined> {
  if (object.sha256 === undefined) return undefined;
  const read = await deps.store.read({ key: object.key, maxBytes: MAX_FILE_BYTES, ifMatch: object.etag });
  if (read.kind !== 'found' || sha256Hex(read.bytes) !== object.sha256) return undefined;
  return read.bytes;
}

/** An earlier run may have filed it before it took it from the inbox; only when it did not is there anything to say. */
async function noteUnfiled(deps: RegisterDeps, to: ObjectKey): Promise<void> {
  if ((await deps.store.head(to)) !== undefined) return;
  await deps.store.put({
    key: objectKey(`${to}.not-filed.txt`),
    bytes: Buffer.from('This file was replaced or removed from the inbox by someone else before it could be filed.\n'),
    contentType: 'text/plain; charset=utf-8',
  });
}

async function removeFromInbox(deps: RegisterDeps, object: DecidedObject): Promise<void> {
  // A file that was replaced meanwhile is a new drop: only the version that was judged goes.
  const now = await deps.store.head(object.key);
  if (now?.etag === object.etag) await deps.store.delete(object.key);
}
