import { ALERTS, isFormedLikeAlert, parseAlertKey } from '../../core/alert-key.ts';
import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import { hours } from '../../core/time.ts';
import type { ObjectPage, ObjectStore } from '../../ports/object-store.ts';

const PAGE = 1000;
const LEFT_FOR_NEWER = hours(1);

/** Everything that waits, when one page holds it: then no severity has to be listed by itself. */
export async function overviewOf(store: ObjectStore): Promise<ObjectPage | undefined> {
  const page = await store.list({ prefix: ALERTS, limit: PAGE });
  return page.next === undefined ? page : undefined;
}

/** The part of a page that lies below a prefix. */
export function partOf(page: ObjectPage, prefix: string): ObjectPage {
  return { ...page, objects: page.objects.filter(({ key }) => key.startsWith(prefix)) };
}

/**
 * The pages below a prefix, one at a time: what was looked at is not kept.
 *
 * @param known - A page that holds everything below the prefix, if there is one.
 */
export async function* alertPages(
  store: ObjectStore,
  prefix: string,
  known: ObjectPage | undefined,
): AsyncGenerator<ObjectPage, void> {
  if (known !== undefined) {
    yield partOf(known, prefix);
    return;
  }
  let startAfter: ObjectKey | undefined;
  do {
    const page: ObjectPage = await store.list({
      prefix,
      limit: PAGE,
      ...(startAfter === undefined ? {} : { startAfter }),
    });
    yield page;
    startAfter = page.next;
  } while (startAfter !== undefined);
}

/** What a page holds: alerts of ours, and objects that are to be moved out of the way. */
export function readPage(page: Pick<ObjectPage, 'objects' | 'serverNow'>): {
  readonly alerts: readonly ListedAlert[];
  readonly strange: readonly ObjectVersion[];
} {
  const alerts: ListedAlert[] = [];
  const strange: ObjectVersion[] = [];
  for (const object of page.objects) {
    const name = parseAlertKey(object.key);
    if (name !== undefined) alerts.push({ name, key: object.key, writtenAt: object.lastModified });
    else if (isStrange(object, page)) strange.push(object);
  }
  return { alerts, strange };
}

/**
 * Whether an object that is no alert of ours is to be moved out of the way. One that a newer version may have written is
 * left for an hour: while functions are deployed one after the other, the others know its kind before this one does.
 */
export function isStrange({ key, lastModified }: ObjectVersion, { serverNow }: Pick<ObjectPage, 'serverNow'>): boolean {
  return !isFormedLikeAlert(key) || serverNow - lastModified >= LEFT_FOR_NEWER;
}
