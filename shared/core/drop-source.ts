import { type InstanceId, parseInstanceId } from './instance.ts';
import type { ObjectKey } from './object-version.ts';

/** Where people drop files; the only prefix with a trigger, and nothing of ours is ever written below it. */
export const INBOX = 'inbox/';

/** Why a file in the inbox belongs to no drop folder. */
export type MisplacedReason =
  | 'no-folder' // inbox/ca.pem or inbox/<instance>/ca.pem
  | 'unknown-instance' // the first folder is no instance of this deployment
  | 'folder-name' // the CA folder's name can not be used as a CA name
  | 'nested'; // a folder inside the CA folder

/** What is settled as one: a CA folder of the inbox, or a single file that lies in the wrong place. */
export type DropSource =
  | { readonly kind: 'folder'; readonly instance: InstanceId; readonly caName: string }
  | { readonly kind: 'misplaced'; readonly key: ObjectKey; readonly reason: MisplacedReason };

/** Where one key of the bucket belongs. */
export type Placement =
  | DropSource
  /** What computers leave behind without being asked: folder markers, `.DS_Store`, `._*`, `Thumbs.db`, `desktop.ini`. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'outside' };

// Letters and digits of any script, so that a plant may be called by its name; no separator, control or markup
// character, because the name becomes a key segment, a CA name at the service and text that people read.
const CA_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._ -]{0,62}[\p{L}\p{N}_-])?$/u;
const CA_NAME_MAX_BYTES = 128;

/** True when a folder name can serve as the CA's name: 1 to 64 letters, digits, `.`, `_`, `-` or inner blanks, NFC. */
export function isCaName(text: string): boolean {
  return CA_NAME.test(text) && text.normalize('NFC') === text && Buffer.byteLength(text) <= CA_NAME_MAX_BYTES;
}

const SILENT_FILE = /^(?:\.DS_Store|\._.*|Thumbs\.db|desktop\.ini)$/i;

/**
 * Tells where a key belongs, by its text alone.
 *
 * @param instances - The instances this deployment serves; a folder named otherwise is `unknown-instance`.
 */
export function placeOf(key: ObjectKey, instances: readonly InstanceId[]): Placement {
  if (!key.startsWith(INBOX)) return { kind: 'outside' };
  const segments = key.slice(INBOX.length).split('/');
  const fileName = segments.at(-1) ?? '';
  if (fileName === '' || SILENT_FILE.test(fileName)) return { kind: 'silent' };
  const [instanceName, caName] = segments;
  if (segments.length < 3 || instanceName === undefined || caName === undefined) {
    return { kind: 'misplaced', key, reason: 'no-folder' };
  }
  const instance = parseInstanceId(instanceName);
  if (instance === undefined || !instances.includes(instance))
    return { kind: 'misplaced', key, reason: 'unknown-instance' };
  if (segments.length > 3) return { kind: 'misplaced', key, reason: 'nested' };
  if (!isCaName(caName)) return { kind: 'misplaced', key, reason: 'folder-name' };
  return { kind: 'folder', instance, caName };
}
