import type { ObjectVersion } from '../core/object-version.ts';
import type { EpochMs } from '../core/time.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const PAGE = 1000;

/** What to list, and how far at most. */
export interface Listing {
  readonly prefix: string;
  readonly startAfter?: string;
  /** Pages of 1,000 objects; all of them unless told otherwise. */
  readonly maxPages?: number;
}

/**
 * Goes through a listing page by page while `visit` says so.
 *
 * @returns The store's own time when the first page was made.
 */
export async function eachPage(
  store: ObjectStore,
  { maxPages = Number.POSITIVE_INFINITY, prefix, startAfter }: Listing,
  visit: (objects: readonly ObjectVersion[]) => boolean,
): Promise<{ readonly serverNow: EpochMs }> {
  let page = await store.list({ prefix, limit: PAGE, ...(startAfter === undefined ? {} : { startAfter }) });
  const { serverNow } = page;
  for (let count = 1; visit(page.objects) && page.next !== undefined && count < maxPages; count += 1) {
    page = await store.list({ prefix, startAfter: page.next, limit: PAGE });
  }
  return { serverNow };
}

/** A whole listing, with the store's own time when its first page was made. */
export async function listAll(
  store: ObjectStore,
  listing: Listing,
): Promise<{ readonly objects: readonly ObjectVersion[]; readonly serverNow: EpochMs }> {
  const objects: ObjectVersion[] = [];
  const { serverNow } = await eachPage(store, listing, (page) => {
    objects.push(...page);
    return true;
  });
  return { objects, serverNow };
}
