import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { type FolderLock, LOCK_FILE, takeLock } from './folder-lock.ts';

/** Why a folder cannot hold a local cloud. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code: 'DATA_FOLDER_IN_USE' | 'DATA_FOLDER_NOT_OURS';

  constructor(code: DataFolderError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A locked folder that belongs to one local cloud. */
export interface DataFolder {
  readonly path: string;
  /** Removes `endpoints.json` and gives the folder free. */
  readonly release: () => void;
}

/** Says that a folder, and all that is in it, was made by the local cloud and may be emptied by it. */
const MARKER_FILE = '.mqtt-cert-pipeline-local-cloud';
const MARKER_TEXT =
  'This folder belongs to the local cloud of mqtt-cert-pipeline. `npm start -- --reset` empties it.\n';
/** Tells other programs how to reach the running cloud. */
export const ENDPOINTS_FILE = 'endpoints.json';

/**
 * Makes a folder ready for one local cloud and locks it. A new or empty folder is taken and marked; one that holds
 * anything else is refused, so that `--data` can name no folder by mistake that a later reset would empty.
 *
 * @param reset - Empties the folder first; only one that carries the mark.
 * @throws DataFolderError when another local cloud runs on it, or when it is not the local cloud's folder.
 */
export function openDataFolder(
  folder: string,
  options: { readonly reset: boolean; readonly realNow: () => number },
): DataFolder {
  const path = resolve(folder);
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isDirectory()) throw notOurs(path, 'it is not a folder');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  claim(path);
  chmodSync(path, 0o700);
  const lock = takeLock(path, options.realNow);
  if (!lock.ok) throw inUse(path, lock.pid);
  if (options.reset) empty(path);
  rmSync(join(path, ENDPOINTS_FILE), { force: true }); // left by a cloud that was killed
  return { path, release: () => release(path, lock.lock) };
}

/** Writes a file of the data folder whole or not at all, readable by its owner only. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

function claim(path: string): void {
  const marker = join(path, MARKER_FILE);
  if (existsSync(marker)) {
    if (readFileSync(marker, 'utf8') !== MARKER_TEXT) throw notOurs(path, 'its mark is of something else');
    return;
  }
  const strangers = readdirSync(path);
  if (strangers.length > 0)
    throw notOurs(path, `it already holds other things, such as ${JSON.stringify(strangers[0])}`);
  writePrivateFile(marker, MARKER_TEXT);
}

function empty(path: string): void {
  for (const entry of readdirSync(path)) {
    // Symbolic links are removed, never followed (documented behaviour of recursive rm).
    if (entry !== MARKER_FILE && entry !== LOCK_FILE) rmSync(join(path, entry), { recursive: true, force: true });
  }
}

function release(path: string, lock: FolderLock): void {
  rmSync(join(path, ENDPOINTS_FILE), { force: true });
  lock.release();
}

function inUse(path: string, pid: number): DataFolderError {
  const message = `a local cloud already runs on ${path} (process ${String(pid)}): stop it, or start this one with --data <another folder>`;
  return new DataFolderError('DATA_FOLDER_IN_USE', message);
}

function notOurs(path: string, why: string): DataFolderError {
  const message = `${path} cannot hold the local cloud, because ${why}: name a new or empty folder with --data`;
  return new DataFolderError('DATA_FOLDER_NOT_OURS', message);
}
