import * as v from 'valibot';
import { INBOX_TURN_KEY } from '../../core/bucket-layout.ts';
import { safeJson } from '../../core/safe-json.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readJsonObject } from '../json-object.ts';

/** The place of a drop in the order of a pass: by its newest file, then by name. */
export interface Turn {
  readonly name: string;
  readonly newest: EpochMs;
}

const MAX_BYTES = 4096;
const Shape = v.object({ schema: v.literal(1), name: v.string(), newest: v.number() });

/** Oldest first. */
export function compareTurns(a: Turn, b: Turn): number {
  if (a.newest !== b.newest) return a.newest - b.newest;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

/** The drops in the order of this pass: those after the last one of the pass before, then the others. */
export function inTurn<Drop extends Turn>(oldestFirst: readonly Drop[], last: Turn | undefined): readonly Drop[] {
  if (last === undefined) return oldestFirst;
  const first = oldestFirst.findIndex((drop) => compareTurns(drop, last) > 0);
  return first <= 0 ? oldestFirst : [...oldestFirst.slice(first), ...oldestFirst.slice(0, first)];
}

/** Where the pass before ran out of time; `undefined` when it reached the end, or nothing readable says. */
export async function readTurn(store: ObjectStore): Promise<Turn | undefined> {
  // One that can not be read is none: it is only about fairness, and the oldest go first then.
  const turn = await readJsonObject(store, INBOX_TURN_KEY, Shape, MAX_BYTES);
  return turn === undefined ? undefined : { name: turn.name, newest: turn.newest as EpochMs };
}

/** Remembers the last drop of a pass that ran out of time, and forgets it after a whole pass. */
export async function keepTurn(store: ObjectStore, before: Turn | undefined, last: Turn | undefined): Promise<void> {
  if (last !== undefined) {
    const bytes = Buffer.from(safeJson({ schema: 1, name: last.name, newest: last.newest }));
    await store.put({ key: INBOX_TURN_KEY, bytes, contentType: 'application/json' });
  } else if (before !== undefined) await store.delete(INBOX_TURN_KEY);
}
