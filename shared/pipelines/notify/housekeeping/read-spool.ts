import type { ObjectVersion } from '../../../core/object-version.ts';
import type { OutcomeRecord } from '../../../core/outcome-record.ts';
import type { ObjectStore } from '../../../ports/object-store.ts';
import { parseRecord } from '../../parse-record.ts';

/** What was found in a batch that waits for the log store. */
export type SpoolReading =
  /** `isWhole` is false when something in it is no record; the others are good all the same. */
  | {
      readonly kind: 'read';
      readonly version: ObjectVersion;
      readonly records: readonly OutcomeRecord[];
      readonly isWhole: boolean;
    }
  | {
      readonly kind: 'damaged';
      readonly version: ObjectVersion;
      readonly reason: 'unreadable-body' | 'too-large';
    }
  /** Somebody else was there first; it is listed again, or no more. */
  | { readonly kind: 'gone' };

/** A sweep spools a few hundred records at a time, a kilobyte each. */
const SPOOL_MAX_BYTES = 16 * 1024 * 1024;

/** Reads one batch: an array of records, or a single one that a person put back after mending it. */
export async function readSpool(store: ObjectStore, version: ObjectVersion): Promise<SpoolReading> {
  const { etag, key } = version;
  if (version.size > SPOOL_MAX_BYTES) return { kind: 'damaged', version, reason: 'too-large' };
  const read = await store.read({ key, maxBytes: SPOOL_MAX_BYTES, ifMatch: etag });
  if (read.kind === 'missing' || read.kind === 'changed') return { kind: 'gone' };
  if (read.kind === 'too-large') return { kind: 'damaged', version, reason: 'too-large' };
  const value = parseJson(read.bytes);
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const records = elements.map(parseRecord).filter((record) => record !== undefined);
  if (records.length === 0) return { kind: 'damaged', version, reason: 'unreadable-body' };
  return { kind: 'read', version, records, isWhole: records.length === elements.length };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined; // cut short, or not ours
  }
}
