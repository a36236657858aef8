import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { diskErrorCode } from './disk-error.ts';
import { hashedNameOf, plainSegmentsOf } from './object-name.ts';
import type { StoredObject } from './stored-object.ts';

/** What became of a file that was to be moved to a key's place. */
export type Placement = StoredObject['place'] | 'occupied';

/** Refusals of a file system that mean "this disk cannot hold such a name", whatever the disk is. */
const UNHOLDABLE = new Set(['ENAMETOOLONG', 'EILSEQ', 'EINVAL', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY']);
/** Refusals of file systems that have no hard links. */
const CANNOT_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * The files of one bucket on disk: where a key lies, and how a finished temporary file gets there.
 *
 * Calls are synchronous on purpose. Each is a few microseconds on a local disk, and a commit that no other request can
 * see half done needs no locks.
 */
export class BucketFolder {
  /** The plain folder that people see and copy into. */
  readonly path: string;
  /** Where keys lie that have no plain path, each with a `<hash>.json` that names the key. */
  readonly hashedPath: string;
  /** Folders made for a PUT; they go when their last object goes. Folders a person made stay. */
  readonly #made = new Set<string>();

  constructor(dataFolder: string, bucket: string) {
    this.path = join(dataFolder, bucket);
    this.hashedPath = join(dataFolder, '.objects', bucket);
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    mkdirSync(this.hashedPath, { recursive: true, mode: 0o700 });
    for (const folder of [this.path, this.hashedPath]) {
      if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is a link; a bucket folder must be a real one`);
    }
  }

  pathOf(object: Pick<StoredObject, 'key' | 'place'>): string {
    return object.place === 'plain' ? `${this.path}/${object.key}` : join(this.hashedPath, hashedNameOf(object.key));
  }

  /**
   * Moves a temporary file to the key's place, the plain one where the disk can hold it.
   *
   * @param onlyIfFree - Create-only: the answer is `occupied`, and nothing changes, when a file already lies there.
   */
  moveIn(temporary: string, key: string, onlyIfFree: boolean): Placement {
    const segments = plainSegmentsOf(key);
    if (segments !== undefined && this.#ensureParents(segments)) {
      const outcome = move(temporary, `${this.path}/${key}`, onlyIfFree);
      if (outcome !== 'unholdable') return outcome === 'moved' ? 'plain' : 'occupied';
    }
    const path = join(this.hashedPath, hashedNameOf(key));
    writeFileSync(`${path}.json`, JSON.stringify({ key }), { mode: 0o600 });
    const outcome = move(temporary, path, onlyIfFree);
    if (outcome === 'unholdable') throw new Error('the folder for hashed names cannot hold a file');
    return outcome === 'moved' ? 'hashed' : 'occupied';
  }

  /** Removes an object's file, and the folders that were made for it and are empty now. */
  remove(object: Pick<StoredObject, 'key' | 'place'>): void {
    const path = this.pathOf(object);
    unlinkSync(path);
    if (object.place === 'plain') this.#prune(dirname(path));
    else unlinkSync(`${path}.json`);
  }

  /** Removes every file; the bucket folder itself stays, because people have shells and file managers open in it. */
  empty(): void {
    this.#made.clear();
    for (const folder of [this.path, this.hashedPath]) {
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  /** Makes the folders above a file; false when something that is not a folder, a link included, is in the way. */
  #ensureParents(segments: readonly string[]): boolean {
    let folder = this.path;
    for (const segment of segments.slice(0, -1)) {
      folder = `${folder}/${segment}`;
      try {
        const stats = lstatSync(folder, { throwIfNoEntry: false });
        if (stats?.isDirectory() === true) continue;
        if (stats !== undefined) return false;
        mkdirSync(folder, { mode: 0o700 });
        this.#made.add(folder);
      } catch (error) {
        if (UNHOLDABLE.has(diskErrorCode(error) ?? '')) return false;
        throw error;
      }
    }
    return true;
  }

  #prune(from: string): void {
    for (let folder = from; this.#made.has(folder); folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        return; // not empty: another object, or something a person put there
      }
      this.#made.delete(folder);
    }
  }
}

/** Moves a file to a path where nothing lies; unlike rename, a link fails with EEXIST where something does. */
function moveIfFree(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!CANNOT_LINK.has(diskErrorCode(error) ?? '')) throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw error;
    renameSync(temporary, path); // this process alone writes here, and nothing runs between the look and the move
    return;
  }
  unlinkSync(temporary);
}

function move(temporary: string, path: string, onlyIfFree: boolean): 'moved' | 'occupied' | 'unholdable' {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) return 'unholdable'; // a folder of other keys, or a person's link
    if (onlyIfFree) moveIfFree(temporary, path);
    else renameSync(temporary, path);
    return 'moved';
  } catch (error) {
    const code = diskErrorCode(error) ?? '';
    if (code === 'EEXIST') return 'occupied';
    if (UNHOLDABLE.has(code)) return 'unholdable';
    throw error;
  }
}
