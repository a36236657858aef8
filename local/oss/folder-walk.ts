import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { BucketFolder } from './bucket-folder.ts';
import { diskErrorCode } from './disk-error.ts';
import { hashedNameOf, isEditorTempName, isObjectName } from './object-name.ts';
import { type FileIdentity, identityOf, type StoredObject } from './stored-object.ts';

/** A regular file that stands for a key, whether the bucket knows it yet or not. */
export interface FoundFile {
  readonly key: string;
  readonly path: string;
  readonly place: StoredObject['place'];
  readonly file: FileIdentity;
}

/** Codes that mean a file or folder went, or cannot be looked into, between two looks at it. */
const PASSED_OVER = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

function look<Result>(at: () => Result): Result | undefined {
  try {
    return at();
  } catch (error) {
    if (PASSED_OVER.has(diskErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  return look(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

/** The identity of a regular file; links, folders, pipes and sockets have none. */
export function regularFile(path: string): FileIdentity | undefined {
  const stats = look(() => lstatSync(path, { throwIfNoEntry: false }));
  return stats?.isFile() === true ? identityOf(stats) : undefined;
}

/**
 * All files under the bucket folder whose path is an object name. Symbolic links are neither followed nor listed, and
 * editors' files are passed over. One file at a time, so that the caller can let others work in between.
 */
function* plainFiles(folder: BucketFolder): Generator<FoundFile> {
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of entriesOf(`${folder.path}/${parent}`)) {
      const key = `${parent}${entry.name}`;
      if (!isObjectName(key)) continue;
      if (entry.isDirectory()) pending.push(`${key}/`);
      if (!entry.isFile() || isEditorTempName(entry.name)) continue;
      const path = `${folder.path}/${key}`;
      const file = regularFile(path);
      if (file !== undefined) yield { key, path, place: 'plain', file };
    }
  }
}

/** The key that the sidecar of a hashed file names, when its hash is the file's name. */
function namedBySidecar(path: string, hash: string): string | undefined {
  const text = look(() => readFileSync(`${path}.json`, 'utf8')) ?? '';
  try {
    const sidecar: unknown = JSON.parse(text);
    if (typeof sidecar !== 'object' || sidecar === null || !('key' in sidecar)) return undefined;
    const { key } = sidecar;
    return typeof key === 'string' && isObjectName(key) && hashedNameOf(key) === hash ? key : undefined;
  } catch {
    return undefined; // cut short by a crash; the upload was never answered
  }
}

function* hashedFiles(folder: BucketFolder): Generator<FoundFile> {
  for (const entry of entriesOf(folder.hashedPath)) {
    if (!entry.isFile() || !/^[0-9a-f]{64}$/.test(entry.name)) continue;
    const path = `${folder.hashedPath}/${entry.name}`;
    const file = regularFile(path);
    const key = file === undefined ? undefined : namedBySidecar(path, entry.name);
    if (file !== undefined && key !== undefined) yield { key, path, place: 'hashed', file };
  }
}

/** Every file that stands for a key, plain ones first: where both exist, the one that people see wins. */
export function* walkFiles(folder: BucketFolder): Generator<FoundFile> {
  yield* plainFiles(folder);
  yield* hashedFiles(folder);
}
