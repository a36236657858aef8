import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type DropFile, MAX_FILE_BYTES } from '../../shared/core/drop-file.ts';
import { usageError } from '../terminal/command-error.ts';

/** As many files as the pipeline reads from one folder of the inbox. */
export const MAX_FILES = 20;

// What computers leave behind without being asked; the pipeline passes over the same names.
const SILENT_FILE = /^(?:\.DS_Store|\._.*|Thumbs\.db|desktop\.ini)$/i;

/**
 * Reads the files a person named; a folder stands for the files in it, not for those in folders below.
 *
 * One octet more than the limit is read at most, which is how the checks see that a file is too large.
 *
 * @throws CommandError (usage) when there is nothing to read, more than {@link MAX_FILES} files, or one that can not be
 *   read: "blocked" is an answer about certificates and must not mean a typo.
 */
export function collectFiles(paths: readonly string[], cwd: string): readonly DropFile[] {
  const found = paths.flatMap((path) => unlessUnreadable(path, () => filesAt(resolve(cwd, path))));
  if (found.length === 0)
    throw usageError('there is no file to check', 'Name the certificates, or the folder they are in.');
  if (found.length > MAX_FILES) {
    throw usageError(
      `${found.length} files are more than the ${MAX_FILES} a drop may have`,
      'Name only the CA and the verification certificate.',
    );
  }
  return found.map((path) => ({ name: basename(path), bytes: unlessUnreadable(path, () => readHead(path)) }));
}

function unlessUnreadable<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    const why =
      error.code === 'ENOENT' ? 'there is no such file or folder' : `it can not be read (${String(error.code)})`;
    throw usageError(`${path}: ${why}`, 'Name the certificates, or the folder they are in.');
  }
}

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !SILENT_FILE.test(entry.name))
    .map((entry) => join(path, entry.name))
    .sort();
}

function readHead(path: string): Buffer {
  if (!statSync(path).isFile())
    throw usageError(`${path} is no regular file`, 'Name the certificates, or the folder they are in.');
  const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
