import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** A bucket that can be read and nothing else: a dry run that would write is a defect, and ends as one. */
export function readOnly(store: ObjectStore): ObjectStore {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('a command that only reads was about to write'));
  const { head, list, read, readRange } = store;
  return { head, list, read, readRange, put: refuse, create: refuse, copy: refuse, delete: refuse };
}
