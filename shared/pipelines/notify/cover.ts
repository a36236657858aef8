import type { CauseId } from '../../core/alert-key.ts';
import { mapLimited } from '../../core/limit.ts';
import type { ListedAlert } from '../../core/notify/alert-groups.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import type { OpenMessage } from './collect.ts';
import { readKeys } from './message-record.ts';
import type { Teller } from './teller.ts';

/** What messages that wait will tell: nothing else may tell it. */
export interface Cover {
  readonly has: (alert: Pick<ListedAlert, 'key' | 'name'>) => boolean;
  readonly add: (keys: readonly ObjectKey[], causes: readonly CauseId[]) => void;
}

/** About 20 MB of keys; messages that cover more are waited for. */
const KEYS_KEPT = 100_000;
const READS_AT_ONCE = 4;

/** Nothing waits. */
export function newCover(): Cover {
  const known = new Set<ObjectKey>();
  const conditions = new Set<CauseId>();
  return {
    // More of a condition, or its end, is told after what tells that it began.
    has: ({ key, name }) => known.has(key) || conditions.has(name.causeId),
    add: (keys, causes) => {
      for (const key of keys) known.add(key);
      for (const cause of causes) conditions.add(cause);
    },
  };
}

/**
 * Reads what waiting messages cover, so that others can be made beside them.
 *
 * @returns Whether all of it is known now; when not, no others may be made.
 */
export async function coverAll(teller: Teller, waiting: readonly OpenMessage[]): Promise<boolean> {
  const { cover, deps, pendingBegins } = teller;
  if (waiting.reduce((sum, { record }) => sum + record.alerts, 0) > KEYS_KEPT) return false;
  for (const { folder, record } of waiting) {
    const causes = record.effects.conditions.map(({ causeId }) => causeId);
    for (const cause of causes) pendingBegins.add(cause);
    const parts = Array.from({ length: record.parts }, (_, part) => part);
    const keys = await mapLimited(parts, READS_AT_ONCE, (part) => readKeys(deps.store, folder, part));
    cover.add(keys.flat(), causes);
  }
  return true;
}
