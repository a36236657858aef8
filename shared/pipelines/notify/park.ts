import { parkedKey } from '../../core/notify/notify-layout.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import type { ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { type Teller, tellOutcomes } from './teller.ts';

type DamageReason = Extract<NotifyOutcome, { readonly kind: 'outbox-damaged' }>['reason'];

/** A flood of foreign objects must not take the time of what is to be told. */
const PARKED_IN_A_RUN = 50;

/**
 * Moves an object that can not be read to where people look at such things, and reports it. Does nothing once too many
 * were moved in this run, and nothing to an object that was changed or removed since it was listed.
 *
 * @returns Whether it is out of the way.
 */
export async function park(teller: Teller, found: ObjectVersion, reason: DamageReason): Promise<boolean> {
  const { deps } = teller;
  if (teller.parked >= PARKED_IN_A_RUN) return false;
  teller.parked += 1;
  const to = parkedKey(found.key, found.etag);
  try {
    const copied = await deps.store.copy({ from: found.key, to, ifMatch: found.etag });
    if (copied !== 'copied') return copied === 'missing';
    // Dated to the object, so that a repetition after a crash writes the same alert.
    await tellOutcomes(
      deps,
      [{ kind: 'outbox-damaged', reason, parkedKey: to, foundKey: found.key, etag: found.etag }],
      found.lastModified,
    );
    await deps.store.delete(found.key);
    return true;
  } catch (error) {
    // An object that OSS will not copy (too large, archived) stays where it is; whatever else is wrong shows elsewhere.
    if (!(error instanceof ServiceFailure)) throw error;
    deps.runLog.write({ event: 'not-parked', code: error.facts.code });
    return false;
  }
}
