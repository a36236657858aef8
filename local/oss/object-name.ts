import { createHash } from 'node:crypto';

/** OSS page "Object naming": 1 to 1,023 bytes of UTF-8. */
export const KEY_MAX_BYTES = 1023;
/** The longest single name that Linux and macOS file systems take. */
const SEGMENT_MAX_BYTES = 255;

/**
 * Files that editors make beside the file being edited: swap files of Vim (and its probe `4913`), backup files, lock
 * files of Emacs and LibreOffice, save files of GNOME, KDE and JetBrains editors, and NFS leftovers. What a real
 * upload tool would send, `.DS_Store` included, is not among them.
 */
const EDITOR_TEMP_NAME =
  /^(?:\..*\.sw[a-z]|.*~|\.#.*|#.*#|4913|\.~lock\..*#|~\$.*|\.goutputstream-.*|\..*\.kate-swp|.*___jb_(?:tmp|old)___|\.nfs[0-9a-f]{8,})$/s;

/** Whether OSS would accept the key: 1 to 1,023 bytes of UTF-8, beginning with neither `/` nor `\`. */
export function isObjectName(key: string): boolean {
  if (key === '' || key.startsWith('/') || key.startsWith('\\')) return false;
  return key.length <= KEY_MAX_BYTES && Buffer.byteLength(key) <= KEY_MAX_BYTES && !/\p{Surrogate}/u.test(key);
}

/** Whether a file of this name, found in the bucket folder, is an editor's and must never become an object. */
export function isEditorTempName(name: string): boolean {
  return EDITOR_TEMP_NAME.test(name);
}

function isPlainSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false;
  if (/[\u0000-\u001f\u007f\\]/.test(segment)) return false;
  return Buffer.byteLength(segment) <= SEGMENT_MAX_BYTES;
}

/**
 * The folders and the file name under which a disk can hold the key.
 *
 * @returns `undefined` for keys that have to be stored by hash: names no file can have (`.`, `..`, empty segments, a
 *   trailing `/`, segments over 255 bytes), names that would be awkward in a shell (control characters, backslashes),
 *   and names that the folder scan takes for an editor's.
 */
export function plainSegmentsOf(key: string): readonly string[] | undefined {
  const segments = key.split('/');
  if (!segments.every(isPlainSegment)) return undefined;
  return isEditorTempName(segments.at(-1) ?? '') ? undefined : segments;
}

/** The file name under `.objects` of a key that has no plain path: 64 hex characters. */
export function hashedNameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
