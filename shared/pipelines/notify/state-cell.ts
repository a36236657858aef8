import { type StateName, stateKey, stateVersions } from '../../core/notify/notify-layout.ts';
import type { ObjectKey } from '../../core/object-version.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** One state object of the teller: every write is a new version, and the highest one rules. */
export interface StateCell<Value> {
  readonly get: () => Value;
  readonly set: (value: Value) => Promise<void>;
  /** Versions nobody needs any more. */
  readonly outdated: () => readonly ObjectKey[];
}

/** How a state object is written. */
export interface StateFormat<Value> {
  readonly name: StateName;
  readonly empty: Value;
  readonly maxBytes: number;
  /** `undefined` for what is damaged. */
  readonly parse: (bytes: Buffer) => Value | undefined;
  readonly format: (value: Value) => Buffer;
}

/** Older versions that stay, should the newest be damaged. */
const VERSIONS_KEPT = 2;

/**
 * Opens a state object: the newest version that can be read, or the empty one.
 *
 * @param about.keys - A listing of the teller's state.
 * @param about.epoch - Of the lease: what an earlier holder still writes is never the highest version.
 * @param about.adjust - Fits what was read to the present moment; gives back the same object when nothing needs it.
 * @returns The keys of damaged versions too: the caller tells.
 */
export async function openState<Value>(
  store: ObjectStore,
  format: StateFormat<Value>,
  about: {
    readonly keys: readonly ObjectKey[];
    readonly epoch: number;
    readonly adjust: (value: Value) => Value;
  },
): Promise<{ readonly cell: StateCell<Value>; readonly damaged: readonly ObjectKey[] }> {
  const versions = stateVersions(format.name, about.keys);
  const { damaged, value } = await newestReadable(store, format, versions);
  let current = about.adjust(value);
  let sequence = 0;
  let kept = versions.filter((key) => !damaged.includes(key));
  const cell: StateCell<Value> = {
    get: () => current,
    set: async (next) => {
      sequence += 1;
      const key = stateKey(format.name, { epoch: about.epoch, sequence });
      await store.put({ key, bytes: format.format(next), contentType: 'application/json' });
      current = next;
      kept = [key, ...kept];
    },
    outdated: () => {
      const outdated = kept.slice(VERSIONS_KEPT);
      kept = kept.slice(0, VERSIONS_KEPT);
      return outdated;
    },
  };
  // Kept at once: fitted anew in every run, it would never grow older.
  if (current !== value) await cell.set(current);
  return { cell, damaged };
}

async function newestReadable<Value>(
  store: ObjectStore,
  format: StateFormat<Value>,
  versions: readonly ObjectKey[],
): Promise<{ readonly value: Value; readonly damaged: readonly ObjectKey[] }> {
  const damaged: ObjectKey[] = [];
  for (const key of versions) {
    const read = await store.read({ key, maxBytes: format.maxBytes });
    const value = read.kind === 'found' ? format.parse(read.bytes) : undefined;
    if (value !== undefined) return { value, damaged };
    if (read.kind !== 'missing') damaged.push(key);
  }
  return { value: format.empty, damaged };
}
