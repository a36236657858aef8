import { fileNameOf, inboxPrefix, statePrefix } from '../../core/bucket-layout.ts';
import { type DropFileContent, MAX_FILE_BYTES, readDropFile } from '../../core/drop-file.ts';
import { type DropId, dropIdOf } from '../../core/drop-identity.ts';
import { type DropSource, placeOf } from '../../core/drop-source.ts';
import { mapLimited } from '../../core/limit.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { eachPage } from '../each-page.ts';
import type { RegisterDeps } from './deps.ts';

/** More files than any pair with its chain needs; a folder with more is told and left alone. */
export const MAX_FILES = 20;

/** 20,000 files nested below one folder: beyond that something is wrong, and the rest can wait. */
const MAX_PAGES = 20;
const READS_AT_ONCE = 5;

/** The objects of one drop as a listing shows them. */
export interface DropListing {
  readonly dropId: DropId;
  /** At most {@link MAX_FILES} + 1, so that too many can be told from just enough. */
  readonly objects: readonly ObjectVersion[];
  /** The newest file's time, by the store's clock. */
  readonly newest: EpochMs;
  /** The store's clock when it was listed. */
  readonly serverNow: EpochMs;
}

/** One file of a drop: its version, its name as people gave it, and what is in it. */
export interface DropFile {
  readonly version: ObjectVersion;
  readonly fileName: string;
  /** `undefined` for a file over {@link MAX_FILE_BYTES}, which is not read. */
  readonly bytes: Buffer | undefined;
  readonly content: DropFileContent | { readonly tooLargeBytes: number };
}

/** Lists what lies in the drop now; `undefined` when nothing does. */
export async function listDrop(deps: RegisterDeps, source: DropSource): Promise<DropListing | undefined> {
  const { objects, serverNow } =
    source.kind === 'folder' ? await listFolder(deps, source) : await listOne(deps, source.key);
  if (objects.length === 0) return undefined;
  const newest = epochMs(Math.max(...objects.map((object) => object.lastModified)));
  return { dropId: dropIdOf(objects), objects, newest, serverNow };
}

interface Listed {
  readonly objects: readonly ObjectVersion[];
  readonly serverNow: EpochMs;
}

async function listFolder(deps: RegisterDeps, source: DropSource): Promise<Listed> {
  const found: ObjectVersion[] = [];
  const { serverNow } = await eachPage(deps.store, { prefix: inboxPrefix(source), maxPages: MAX_PAGES }, (objects) => {
    found.push(...objects.filter((object) => placeOf(object.key, deps.settings.instances).kind === 'folder'));
    return found.length <= MAX_FILES;
  });
  return { objects: found.slice(0, MAX_FILES + 1), serverNow };
}

async function listOne(deps: RegisterDeps, key: ObjectKey): Promise<Listed> {
  // A listing and not a HEAD, because it brings the store's clock; keys that begin alike are passed over.
  const page = await deps.store.list({ prefix: key, limit: 1 });
  return { objects: page.objects.filter((object) => object.key === key), serverNow: page.serverNow };
}

/** What a folder's state was when it was listed. */
export interface ListedState extends Listed {
  /**
   * It came in one page, so it shows a single moment. Of several pages the first may be older than a holder who came and
   * went before the last, where the lease is: such a listing is good for taking the lease, and for nothing else.
   */
  readonly isOneMoment: boolean;
}

/**
 * Everything the register function has written down about one folder, with the store's clock of the first page. Always
 * all of it, however many drops there were: the lease comes behind them in the listing.
 */
export async function listState(store: ObjectStore, source: DropSource): Promise<ListedState> {
  const objects: ObjectVersion[] = [];
  let pages = 0;
  const { serverNow } = await eachPage(store, { prefix: statePrefix(source) }, (page) => {
    objects.push(...page);
    pages += 1;
    return true;
  });
  return { objects, serverNow, isOneMoment: pages <= 1 };
}

/**
 * Reads the listed versions, and only those; `undefined` when one was replaced or removed meanwhile, so that a new
 * listing is needed.
 */
export async function readDrop(
  deps: RegisterDeps,
  source: DropSource,
  listing: DropListing,
): Promise<readonly DropFile[] | undefined> {
  const files = await mapLimited(listing.objects, READS_AT_ONCE, (version) => readFile(deps.store, source, version));
  const present = files.filter((file) => file !== undefined);
  return present.length === files.length ? present : undefined;
}

async function readFile(store: ObjectStore, source: DropSource, version: ObjectVersion): Promise<DropFile | undefined> {
  const fileName = fileNameOf(source, version.key);
  const tooLarge = { version, fileName, bytes: undefined, content: { tooLargeBytes: version.size } };
  if (version.size > MAX_FILE_BYTES) return tooLarge;
  const read = await store.read({ key: version.key, maxBytes: MAX_FILE_BYTES, ifMatch: version.etag });
  if (read.kind === 'too-large') return tooLarge;
  if (read.kind !== 'found') return undefined;
  return { version, fileName, bytes: read.bytes, content: readDropFile({ name: fileName, bytes: read.bytes }) };
}
