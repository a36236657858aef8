import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LocalClock } from '../clock.ts';
import { diskErrorCode } from './disk-error.ts';
import { type FoundFile, regularFile, walkFiles } from './folder-walk.ts';
import { type ObjectStore, openWithoutLinks } from './object-store.ts';
import { etagOf } from './receive-body.ts';
import { type FileIdentity, identityOf, type StoredObject, sameFile } from './stored-object.ts';

/** A copied file counts once two looks at least this far apart found it unchanged. */
const SETTLE_MS = 200;
/** Files looked at before other work gets its turn: about a millisecond. */
const FILES_PER_TURN = 128;

/** What a scan found that people did to the folder. */
export type FolderChange = { readonly kind: 'copied' | 'removed'; readonly object: StoredObject };

interface Sighting {
  readonly file: FileIdentity;
  readonly at: number;
}

/** Makes objects of files that people copy into the bucket folder, and drops objects whose files they removed. */
export class FolderScan {
  readonly #store: ObjectStore;
  readonly #clock: LocalClock;
  readonly #onChange: (change: FolderChange) => void;
  /** Files that are not objects yet, by path. */
  #sightings = new Map<string, Sighting>();
  #running: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, clock: LocalClock, onChange: (change: FolderChange) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** One look at the whole folder, after any look that is under way. */
  pass(): Promise<void> {
    const pass = this.#running.then(() => this.#look());
    this.#running = pass.catch(() => undefined); // its caller hears of the failure; the next look starts afresh
    return pass;
  }

  /** Settles when no look is under way. */
  idle(): Promise<void> {
    return this.#running;
  }

  async #look(): Promise<void> {
    const now = this.#clock.now();
    const seen = new Set<string>();
    const sightings = new Map<string, Sighting>();
    const settled: FoundFile[] = [];
    let looked = 0;
    for (const found of walkFiles(this.#store.folder)) {
      looked += 1;
      if (looked % FILES_PER_TURN === 0) await nextTurn();
      if (found.place === 'hashed' && seen.has(found.key)) continue;
      seen.add(found.key);
      if (this.#isKnown(found)) continue;
      const before = this.#sightings.get(found.path);
      const first = before !== undefined && sameFile(before.file, found.file) ? before : { file: found.file, at: now };
      sightings.set(found.path, first);
      if (now - first.at >= SETTLE_MS) settled.push(found);
    }
    this.#sightings = sightings;
    for (const found of settled) await this.#adopt(found);
    await this.#dropMissing(seen);
  }

  #isKnown(found: FoundFile): boolean {
    const object = this.#store.index.get(found.key);
    return object !== undefined && object.place === found.place && sameFile(object.file, found.file);
  }

  async #adopt(found: FoundFile): Promise<void> {
    const etag = await hashIfReadable(found);
    if (etag === undefined || this.#isKnown(found)) return; // it is still changing, or was uploaded over meanwhile
    const { key, place, file } = found;
    const facts = { etag, size: file.size, lastModified: this.#clock.now(), type: 'Normal' } as const;
    const object = { key, place, file, ...facts, contentType: 'application/octet-stream', headers: {} };
    this.#store.record(object);
    this.#sightings.delete(found.path);
    this.#onChange({ kind: 'copied', object });
  }

  async #dropMissing(seen: ReadonlySet<string>): Promise<void> {
    let looked = 0;
    for (const object of [...this.#store.index.values()]) {
      if (seen.has(object.key)) continue;
      looked += 1;
      if (looked % FILES_PER_TURN === 0) await nextTurn();
      // An object written after the walk passed its folder is not missing: the disk decides.
      if (this.#store.index.get(object.key) !== object) continue;
      if (regularFile(this.#store.folder.pathOf(object)) !== undefined) continue;
      this.#store.forget(object.key);
      this.#onChange({ kind: 'removed', object });
    }
  }
}

/** A file that cannot be read must not keep the others from becoming objects; it is looked at again next time. */
async function hashIfReadable(found: FoundFile): Promise<string | undefined> {
  try {
    return await hashUnchanged(found);
  } catch (error) {
    if (diskErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Hashes a file; `undefined` when it is not, before and after, the file that was found. */
async function hashUnchanged(found: FoundFile): Promise<string | undefined> {
  const descriptor = openFound(found);
  if (descriptor === undefined) return undefined;
  const hash = createHash('md5');
  try {
    const source = createReadStream('', { fd: descriptor, start: 0, autoClose: false });
    for await (const chunk of source as AsyncIterable<Buffer>) hash.update(chunk);
    if (!sameFile(identityOf(fstatSync(descriptor)), found.file)) return undefined;
  } finally {
    closeSync(descriptor);
  }
  const after = regularFile(found.path);
  return after !== undefined && sameFile(after, found.file) ? etagOf(hash.digest()) : undefined;
}

function openFound(found: FoundFile): number | undefined {
  const descriptor = openWithoutLinks(found.path);
  if (descriptor === undefined) return undefined;
  const stats = fstatSync(descriptor);
  if (stats.isFile() && sameFile(identityOf(stats), found.file)) return descriptor;
  closeSync(descriptor);
  return undefined;
}
