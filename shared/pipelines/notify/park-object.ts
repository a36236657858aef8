import { parkedKey } from '../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import type { NotifyDeps } from './deps.ts';
import { tellOutcomes } from './teller.ts';

/** Why an object can not be used as it is. */
export type DamageReason = Extract<NotifyOutcome, { readonly kind: 'outbox-damaged' }>['reason'];

/**
 * Moves an object that can not be read to where people look at such things, and reports it. Harmless twice; one that was
 * changed or removed since it was listed is left alone.
 *
 * @returns What `ObjectStore.copy` returns.
 */
export async function parkObject(
  deps: Pick<NotifyDeps, 'clock' | 'reporter' | 'run' | 'store'>,
  found: ObjectVersion,
  reason: DamageReason,
): ReturnType<NotifyDeps['store']['copy']> {
  const { etag, key } = found;
  const to = parkedKey(key, etag);
  const copied = await deps.store.copy({ from: key, to, ifMatch: etag });
  if (copied !== 'copied') return copied;
  // Dated to the object, so that a repetition after a crash writes the same alert.
  const outcome = { kind: 'outbox-damaged', reason, parkedKey: to, foundKey: key, etag } as const;
  await tellOutcomes(deps, [outcome], found.lastModified);
  await deps.store.delete(key);
  return copied;
}
