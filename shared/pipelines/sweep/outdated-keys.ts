import type { ObjectKey, ObjectVersion } from '../../core/object-version.ts';

/**
 * Of objects whose names are in the order of time: those before the newest `kept` up to `newest`, and those after it,
 * which a clock that ran ahead has left behind.
 */
export function outdatedKeys(objects: readonly ObjectVersion[], newest: ObjectKey, kept: number): readonly ObjectKey[] {
  const keys = objects.map(({ key }) => key);
  const past = keys.filter((key) => key <= newest);
  return [...past.slice(0, Math.max(0, past.length - kept)), ...keys.filter((key) => key > newest)];
}
