import { appendFileSync, closeSync, openSync, readFileSync, renameSync } from 'node:fs';
import { diskErrorCode } from './disk-error.ts';
import type { StoredObject } from './stored-object.ts';

/** Lines that the journal may hold beyond twice the number of live objects before it is written anew. */
const SLACK_LINES = 20_000;
/** Objects per write when the journal is written anew. */
const LINES_PER_WRITE = 500;

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseStoredObject(value: unknown): StoredObject | undefined {
  if (!isRecord(value)) return undefined;
  const { key, etag, size, lastModified, type, contentType, headers, place, file } = value;
  if (!isText(key) || !isText(etag) || !isCount(size) || !isCount(lastModified) || !isText(contentType))
    return undefined;
  if (type !== 'Normal' && type !== 'Multipart') return undefined;
  if (place !== 'plain' && place !== 'hashed') return undefined;
  if (!isRecord(file) || !isRecord(headers)) return undefined;
  const { inode, mtimeMs } = file;
  if (!isCount(inode) || !isCount(mtimeMs) || !isCount(file['size'])) return undefined;
  const kept = Object.entries(headers).filter((entry): entry is [string, string] => isText(entry[1]));
  const identity = { inode, size: file['size'], mtimeMs };
  return { key, etag, size, lastModified, type, contentType, headers: Object.fromEntries(kept), place, file: identity };
}

function applyLine(objects: Map<string, StoredObject>, line: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return; // the last line of a process that was killed while writing it
  }
  if (!isRecord(parsed)) return;
  if (isText(parsed['removed'])) objects.delete(parsed['removed']);
  const stored = parseStoredObject(parsed['stored']);
  if (stored !== undefined) objects.set(stored.key, stored);
}

/** Reads a journal back; a missing file is an empty bucket. Records are claims: the folder scan checks each. */
export function readJournal(path: string): Map<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (diskErrorCode(error) === 'ENOENT') return objects;
    throw error;
  }
  for (const line of text.split('\n')) if (line !== '') applyLine(objects, line);
  return objects;
}

/**
 * The metadata of all objects of a bucket, one JSON line for each change, outside the bucket folder. One line is one
 * small append, where a sidecar file for each object would be two more file operations for each write; and it is
 * read back at the start in one go.
 *
 * Writes are synchronous on purpose: the file's rename, the line and the index change in one step that no other
 * request can see half done.
 */
export class Journal {
  readonly #path: string;
  readonly #live: () => Iterable<StoredObject>;
  #descriptor: number;
  #lines = 0;
  #liveLines = 0;

  /** Opens the journal and writes it anew with exactly the objects of `live`. */
  constructor(path: string, live: () => Iterable<StoredObject>) {
    this.#path = path;
    this.#live = live;
    this.#descriptor = this.#rewrite();
  }

  recordStored(object: StoredObject): void {
    this.#append({ stored: object });
  }

  recordRemoved(key: string): void {
    this.#append({ removed: key });
  }

  /** Writes the journal anew with what lives now. */
  compact(): void {
    closeSync(this.#descriptor);
    this.#descriptor = this.#rewrite();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(change: { readonly stored: StoredObject } | { readonly removed: string }): void {
    appendFileSync(this.#descriptor, `${JSON.stringify(change)}\n`);
    this.#lines += 1;
    if (this.#lines > 2 * this.#liveLines + SLACK_LINES) this.compact();
  }

  #rewrite(): number {
    const next = `${this.#path}.next`;
    const descriptor = openSync(next, 'w', 0o600);
    let lines: string[] = [];
    this.#liveLines = 0;
    const flush = (): void => {
      if (lines.length > 0) appendFileSync(descriptor, `${lines.join('\n')}\n`);
      lines = [];
    };
    for (const object of this.#live()) {
      lines.push(JSON.stringify({ stored: object }));
      this.#liveLines += 1;
      if (lines.length >= LINES_PER_WRITE) flush();
    }
    flush();
    renameSync(next, this.#path);
    this.#lines = this.#liveLines;
    return descriptor;
  }
}
