import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BucketFolder } from './bucket-folder.ts';
import { diskErrorCode } from './disk-error.ts';
import { Journal, readJournal } from './journal.ts';
import { KeyIndex } from './key-index.ts';
import { identityOf, type ObjectDraft, type StoredObject, sameFile } from './stored-object.ts';

/** An object together with its open file; whoever receives it closes the descriptor. */
export interface OpenObject {
  readonly object: StoredObject;
  readonly descriptor: number;
}

/** Codes that mean the file is no longer there, or that something which is not a plain file took its place. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO']);

/**
 * The objects of one bucket: an index in memory, files in the bucket folder, metadata in a journal. Every change is one
 * synchronous step over all three, so create-only is atomic and a reader sees either the old object or the new one.
 *
 * People change the folder too. An entry therefore counts only as long as the file still has the identity it had when
 * the entry was made; whatever was changed by hand is never served under the old ETag and never deleted under the old
 * name. The folder scan makes an object of it.
 */
export class ObjectStore {
  readonly index = new KeyIndex<StoredObject>();
  readonly folder: BucketFolder;
  /** Where unfinished files lie; on the same file system as the bucket folder, emptied at every start. */
  readonly temporaryPath: string;
  readonly #journal: Journal;

  constructor(dataFolder: string, bucket: string) {
    this.folder = new BucketFolder(dataFolder, bucket);
    this.temporaryPath = join(dataFolder, '.tmp', bucket);
    rmSync(this.temporaryPath, { recursive: true, force: true });
    mkdirSync(this.temporaryPath, { recursive: true, mode: 0o700 });
    const journalFolder = join(dataFolder, '.meta');
    mkdirSync(journalFolder, { recursive: true, mode: 0o700 });
    const journalPath = join(journalFolder, `${bucket}.jsonl`);
    this.index.load(readJournal(journalPath));
    this.#journal = new Journal(journalPath, () => this.index.values());
  }

  /**
   * Makes an object of a finished temporary file.
   *
   * @returns `undefined`, with nothing changed, when `onlyIfFree` and the key or its file is already there.
   */
  commit(temporary: string, draft: ObjectDraft, onlyIfFree: boolean): StoredObject | undefined {
    const previous = this.index.get(draft.key);
    if (onlyIfFree && previous !== undefined) return undefined;
    const file = identityOf(lstatSync(temporary));
    const place = this.folder.moveIn(temporary, draft.key, onlyIfFree);
    if (place === 'occupied') return undefined;
    const object: StoredObject = { ...draft, place, file };
    this.record(object);
    return object;
  }

  /** Notes an object whose file is already in its place: a copied file that the folder scan found. */
  record(object: StoredObject): void {
    const previous = this.index.get(object.key);
    this.index.set(object.key, object);
    this.#journal.recordStored(object);
    if (previous !== undefined && previous.place !== object.place) this.#removeFile(previous);
  }

  /** Removes an object and its file; the file stays if somebody changed it since it became this object. */
  remove(key: string): StoredObject | undefined {
    const object = this.index.get(key);
    if (object === undefined) return undefined;
    this.#removeFile(object); // before the entry: a crash between the two must not bring the object back as a new file
    this.forget(key);
    return object;
  }

  /** Drops the entry and leaves the disk alone. */
  forget(key: string): void {
    this.index.delete(key);
    this.#journal.recordRemoved(key);
  }

  /** Opens an object for reading; `undefined` when there is none, or when its file was changed or removed by hand. */
  open(key: string): OpenObject | undefined {
    const object = this.index.get(key);
    if (object === undefined) return undefined;
    const descriptor = openWithoutLinks(this.folder.pathOf(object));
    if (descriptor !== undefined) {
      if (sameFile(identityOf(fstatSync(descriptor)), object.file)) return { object, descriptor };
      closeSync(descriptor);
    }
    this.forget(key);
    return undefined;
  }

  /** Empties the bucket. */
  reset(): void {
    this.index.load([]);
    this.#journal.compact();
    this.folder.empty();
  }

  close(): void {
    this.#journal.close();
    rmSync(this.temporaryPath, { recursive: true, force: true });
  }

  #removeFile(object: StoredObject): void {
    try {
      const stats = lstatSync(this.folder.pathOf(object));
      if (stats.isFile() && sameFile(identityOf(stats), object.file)) this.folder.remove(object);
    } catch (error) {
      if (!GONE.has(diskErrorCode(error) ?? '')) throw error;
    }
  }
}

/** Opens a file for reading, never through a link as its last name; `undefined` when there is no such file. */
export function openWithoutLinks(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (GONE.has(diskErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
