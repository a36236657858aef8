import { decodeText } from '../../core/file-text.ts';
import { readMuteFile } from '../../core/notify/mute-line.ts';
import { type MuteFile, mutesInForce, type PlacedMute } from '../../core/notify/mutes.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { listAll } from '../each-page.ts';

/** Where people say what they do not want to hear of. */
const MUTES = 'control/mutes/';

const MAX_FILES = 500;
const FILE_MAX_BYTES = 256 * 1024;
/** Names that desktop systems and consoles leave behind. */
const SILENT_FILE = /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)?$/i;

/** The mute files as they are now. */
export interface ReadMutes {
  readonly files: readonly MuteFile[];
  /** Nothing, when a file could not be read: nobody knows whom it would keep from hearing what. */
  readonly inForce: readonly PlacedMute[];
}

/** Reads what people muted. */
export async function readMutes(store: ObjectStore, runLog: RunLog, now: EpochMs): Promise<ReadMutes> {
  const { objects } = await listAll(store, { prefix: MUTES, maxPages: 1 });
  const versions = objects.filter(({ key }) => !SILENT_FILE.test(key));
  const read = await Promise.all(versions.slice(0, MAX_FILES).map((version) => readOne(store, version, now)));
  const files = read.filter((file) => file !== 'unreadable');
  const isWhole = files.length === versions.length;
  if (!isWhole) runLog.write({ event: 'mutes-unreadable', count: versions.length - files.length });
  return { files, inForce: isWhole ? mutesInForce(files) : [] };
}

async function readOne(store: ObjectStore, version: ObjectVersion, now: EpochMs): Promise<MuteFile | 'unreadable'> {
  const read = await store.read({ key: version.key, maxBytes: FILE_MAX_BYTES });
  if (read.kind === 'missing') return { version, lines: [] }; // removed since it was listed
  return read.kind === 'found'
    ? { version: read.version, lines: readMuteFile(decodeText(read.bytes), now) }
    : 'unreadable';
}
