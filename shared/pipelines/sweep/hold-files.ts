import { mapLimited } from '../../core/limit.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { controlKindOf, HOLDS } from '../../core/sweep/control-changes.ts';
import { type HoldLine, holdLinesOf } from '../../core/sweep/hold-line.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { listAll } from '../each-page.ts';

/** A control object that is there and can not be used; its key says which. */
export class UnreadableControlError extends Error {
  override readonly name = 'UnreadableControlError';
  readonly key: string;

  constructor(key: string) {
    super('a control object can not be read');
    this.key = key;
  }
}

/** One hold file as it is now. */
export interface HoldFile {
  readonly version: ObjectVersion;
  readonly lines: readonly HoldLine[];
}

/** Reads every hold file there is; files that did not change since the last time are not read again. */
export type HoldFiles = () => Promise<readonly HoldFile[]>;

const FILE_MAX_BYTES = 5 * 1024 * 1024;
const MAX_FILES = 5000;
const READS_AT_ONCE = 8;
/** Of all files together: they are all kept in memory, and nobody writes so many. */
const MAX_LINES = 200_000;

/** The hold files of the bucket, with a memory of their versions for as long as this function is kept. */
export function holdFiles(store: ObjectStore): HoldFiles {
  let known: ReadonlyMap<ObjectKey, HoldFile> = new Map();
  return async () => {
    const { objects } = await listAll(store, { prefix: HOLDS, maxPages: MAX_FILES / 1000 + 1 });
    const versions = objects.filter(({ key }) => controlKindOf(key) === 'hold');
    if (versions.length > MAX_FILES) throw new UnreadableControlError(HOLDS);
    let room = MAX_LINES;
    let tooMany: UnreadableControlError | undefined;
    const files = await mapLimited(versions, READS_AT_ONCE, async (version) => {
      if (tooMany !== undefined) return undefined;
      const before = known.get(version.key);
      const file = before?.version.etag === version.etag ? before : await readHolds(store, version, () => room);
      room -= file?.lines.length ?? 0;
      if (room < 0) tooMany ??= new UnreadableControlError(version.key);
      return file;
    });
    // What would not fit might hold anybody.
    if (tooMany !== undefined) throw tooMany;
    const present = files.filter((file) => file !== undefined);
    known = new Map(present.map((file) => [file.version.key, file]));
    return present;
  };
}

async function readHolds(
  store: ObjectStore,
  { key }: ObjectVersion,
  room: () => number,
): Promise<HoldFile | undefined> {
  const read = await readOrName(store, key);
  if (read.kind === 'missing') return undefined; // removed since it was listed: that is how a hold ends
  if (read.kind !== 'found') throw new UnreadableControlError(key);
  return { version: read.version, lines: linesOf(textOf(read.bytes), key, room()) };
}

/** One line more than there is room for tells that there are too many. */
function linesOf(text: string, key: ObjectKey, room: number): readonly HoldLine[] {
  const lines: HoldLine[] = [];
  for (const line of holdLinesOf(text, key)) {
    lines.push(line);
    if (lines.length > room) break;
  }
  return lines;
}

/** Whoever is told that a hold can not be read has to know which. */
async function readOrName(store: ObjectStore, key: ObjectKey): ReturnType<ObjectStore['read']> {
  try {
    return await store.read({ key, maxBytes: FILE_MAX_BYTES });
  } catch (error) {
    if (error instanceof ServiceFailure) throw new UnreadableControlError(key);
    throw error;
  }
}

/** UTF-8 or UTF-16; serials are ASCII in everything else people save. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0;
  if (isBigEndian) return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
  return bytes.toString('utf8');
}
