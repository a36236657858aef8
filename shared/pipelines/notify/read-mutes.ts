import { decodeText } from '../../core/file-text.ts';
import { mapLimited } from '../../core/limit.ts';
import { readMuteFile } from '../../core/notify/mute-line.ts';
import { type MuteFile, mutesInForce, type PlacedMute } from '../../core/notify/mutes.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import { isPassingOssFailure } from '../../core/oss-codes.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { listAll } from '../each-page.ts';

/** Where people say what they do not want to hear of. */
const MUTES = 'control/mutes/';

const MAX_FILES = 500;
const FILE_MAX_BYTES = 256 * 1024;
/** Of all files: they are read before anything critical is told, in a function of 256 MB. */
const TOTAL_MAX_BYTES = 1024 * 1024;
const READS_AT_ONCE = 8;
/** Names that desktop systems and consoles leave behind. */
const SILENT_FILE = /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)?$/i;

/** The mute files as they are now. */
export interface ReadMutes {
  readonly files: readonly MuteFile[];
  /** Nothing, when a file could not be read: nobody knows whom it would keep from hearing what. */
  readonly inForce: readonly PlacedMute[];
}

/** Reads what people muted; what is too much, or can not be had, makes the whole unreadable, and nobody waits for it. */
export async function readMutes(store: ObjectStore, runLog: RunLog, now: EpochMs): Promise<ReadMutes> {
  const listed = await unlessRefused(listAll(store, { prefix: MUTES, maxPages: 1 }));
  const versions = (listed?.objects ?? []).filter(({ key }) => !SILENT_FILE.test(key));
  const readable = versions.slice(0, MAX_FILES).filter(fitsInto(TOTAL_MAX_BYTES));
  const read = await mapLimited(readable, READS_AT_ONCE, (version) => readOne(store, version, now));
  const files = read.filter((file) => file !== 'unreadable');
  const isWhole = listed !== undefined && files.length === versions.length;
  if (!isWhole) runLog.write({ event: 'mutes-unreadable', count: versions.length - files.length });
  return { files, inForce: isWhole ? mutesInForce(files) : [] };
}

/** Takes what still fits, in the order of the names. */
function fitsInto(maxBytes: number): (version: ObjectVersion) => boolean {
  let left = maxBytes;
  return ({ size }) => {
    if (size > left) return false;
    left -= size;
    return true;
  };
}

async function readOne(store: ObjectStore, version: ObjectVersion, now: EpochMs): Promise<MuteFile | 'unreadable'> {
  const read = await unlessRefused(store.read({ key: version.key, maxBytes: FILE_MAX_BYTES }));
  if (read?.kind === 'missing') return { version, lines: [] }; // removed since it was listed
  return read?.kind === 'found'
    ? { version: read.version, lines: readMuteFile(decodeText(read.bytes), now) }
    : 'unreadable';
}

async function unlessRefused<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ServiceFailure) || isPassingOssFailure(error.facts)) throw error;
    return undefined;
  }
}
