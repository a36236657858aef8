import type { ObjectVersion } from '../../core/object-version.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { type DamageReason, parkObject } from './park-object.ts';
import type { Teller } from './teller.ts';

/**
 * Moves an object out of the way of the telling. Does nothing once too many were moved in this run, and nothing to an
 * object that was changed since it was listed.
 *
 * @returns Whether it is out of the way.
 */
export async function park({ deps, parking }: Teller, found: ObjectVersion, reason: DamageReason): Promise<boolean> {
  if (!parking.take()) return false;
  try {
    return (await parkObject(deps, found, reason)) !== 'changed';
  } catch (error) {
    // An object that OSS will not copy (too large, archived) stays where it is; whatever else is wrong shows elsewhere.
    if (!(error instanceof ServiceFailure)) throw error;
    deps.runLog.write({ event: 'not-parked', code: error.facts.code });
    return false;
  }
}
