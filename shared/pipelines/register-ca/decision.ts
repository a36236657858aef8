import * as v from 'valibot';
import { type Destination, dropStateKey } from '../../core/bucket-layout.ts';
import { type DropId, parseDropId } from '../../core/drop-identity.ts';
import type { DropSource } from '../../core/drop-source.ts';
import { type Etag, etagOf, type ObjectKey, objectKey } from '../../core/object-version.ts';
import type { OutcomeRecord } from '../../core/outcome-record.ts';
import { RECORD_FIELDS } from '../../core/outcome-record.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { parseJsonObject } from '../json-object.ts';

/** One object of the inbox that a decision is about. */
export interface DecidedObject {
  readonly key: ObjectKey;
  readonly etag: Etag;
  /** Its name at the destination. */
  readonly archivedName: string;
  /** SHA-256 (hex) of the bytes that were checked; absent when the object was too large to be read. */
  readonly sha256?: string;
}

/** A text that goes along with the files: receipt or reason. */
export interface DecidedDocument {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

/**
 * A verdict about one drop, complete enough that any later run can carry it out without judging again: where the files
 * go, what is written beside them, and the outcome with its final wording and time.
 */
export interface Decision {
  readonly dropId: DropId;
  readonly destination: Destination;
  readonly objects: readonly DecidedObject[];
  readonly documents: readonly DecidedDocument[];
  readonly outcome: OutcomeRecord;
}

const SCHEMA = 1;
/**
 * 20 objects with the longest names, all of characters that JSON has to escape (and escape again in the reason), and
 * every problem a file can have, in two languages: half a megabyte. Four times as much is no decision of ours.
 */
const DECISION_MAX_BYTES = 2 * 1024 * 1024;

const Shape = v.object({
  schema: v.literal(SCHEMA),
  dropId: v.pipe(
    v.string(),
    v.check((text) => parseDropId(text) !== undefined, 'no drop id'),
  ),
  destination: v.picklist(['registered', 'rejected', 'quarantine']),
  objects: v.array(
    v.object({ key: v.string(), etag: v.string(), archivedName: v.string(), sha256: v.optional(v.string()) }),
  ),
  documents: v.array(v.object({ name: v.string(), contentType: v.string(), text: v.string() })),
  outcome: v.pipe(
    v.record(v.picklist(RECORD_FIELDS), v.string()),
    v.check((record) => 'event_id' in record && 'kind' in record && 'at' in record, 'no outcome record'),
  ),
});

/** The bytes of `decision.json`. */
export function decisionBytes(decision: Decision): Buffer {
  return Buffer.from(safeJson({ schema: SCHEMA, ...decision }));
}

function parseDecision(bytes: Buffer): Decision | undefined {
  const read = parseJsonObject(bytes, Shape);
  if (read === undefined) return undefined; // the caller reports the folder instead of guessing
  const { dropId, destination, documents, objects, outcome } = read;
  return {
    dropId: dropId as DropId,
    destination,
    documents,
    objects: objects.map(({ key, etag, archivedName, sha256 }) => ({
      key: objectKey(key),
      etag: etagOf(etag),
      archivedName,
      ...(sha256 === undefined ? {} : { sha256 }),
    })),
    outcome: outcome as OutcomeRecord,
  };
}

/** Reads a drop's `decision.json`; `undefined` when there is none, or none of this version. */
export async function readDecision(
  store: ObjectStore,
  source: DropSource,
  dropId: DropId,
): Promise<Decision | undefined> {
  const read = await store.read({ key: dropStateKey(source, dropId, 'decision'), maxBytes: DECISION_MAX_BYTES });
  return read.kind === 'found' ? parseDecision(read.bytes) : undefined;
}

/** A `decision.json` that is not one: someone wrote to `state/`, or a newer version of this software did. */
export class UnreadableDecisionError extends Error {
  override readonly name = 'UnreadableDecisionError';

  constructor(dropId: DropId) {
    super(`the decision about drop ${dropId} can not be read; restore or delete its decision.json`);
  }
}

/**
 * Reads a `decision.json` that is known to exist.
 *
 * @throws UnreadableDecisionError rather than guessing what an earlier run decided.
 */
export async function readStandingDecision(store: ObjectStore, source: DropSource, dropId: DropId): Promise<Decision> {
  const decision = await readDecision(store, source, dropId);
  if (decision === undefined) throw new UnreadableDecisionError(dropId);
  return decision;
}
