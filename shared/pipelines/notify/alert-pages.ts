import { ALERTS, parseAlertKey } from '../../core/alert-key.ts';
import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';
import type { ObjectPage, ObjectStore } from '../../ports/object-store.ts';

const PAGE = 1000;

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

/** What a page holds: alerts of ours, and objects whose names say nothing to us. */
export function readPage({ objects }: Pick<ObjectPage, 'objects'>): {
  readonly alerts: readonly ListedAlert[];
  readonly strange: readonly ObjectVersion[];
} {
  const alerts: ListedAlert[] = [];
  const strange: ObjectVersion[] = [];
  for (const object of objects) {
    const name = parseAlertKey(object.key);
    if (name === undefined) strange.push(object);
    else alerts.push({ name, key: object.key, writtenAt: object.lastModified });
  }
  return { alerts, strange };
}
