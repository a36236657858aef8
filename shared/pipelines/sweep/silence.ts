import * as v from 'valibot';
import { objectKey } from '../../core/object-version.ts';
import { safeJson } from '../../core/safe-json.ts';
import { SWEEP_STATE } from '../../core/sweep/sweep-layout.ts';
import { type DurationMs, type EpochMs, epochMs, minutes, plus } from '../../core/time.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readJsonObject } from '../json-object.ts';

const KEY = objectKey(`${SWEEP_STATE}silence.json`);
const Shape = v.object({ schema: v.literal(1), times: v.number(), until: v.number() });

/** How long to leave a service alone that does not answer; a blocked address only stays blocked by asking on. */
const PAUSES: readonly DurationMs[] = [minutes(5), minutes(15), minutes(60)];
const LONGEST_PAUSE = minutes(60);

/** What is known of a service that does not answer. */
export interface Silence {
  /** How many sweeps in a row it stopped. */
  readonly times: number;
  /** Not before this is it asked again. */
  readonly until: EpochMs;
}

/** Reads what is known; `undefined` while the service answers. */
export async function readSilence(store: ObjectStore): Promise<Silence | undefined> {
  // One that can not be read is none: asking once too often is the lesser evil.
  const known = await readJsonObject(store, KEY, Shape, 1024);
  return known === undefined ? undefined : { times: known.times, until: epochMs(known.until) };
}

/** Notes that the service stopped another sweep. */
export async function noteSilence(store: ObjectStore, now: EpochMs): Promise<void> {
  const times = ((await readSilence(store))?.times ?? 0) + 1;
  const until = plus(now, PAUSES[times - 1] ?? LONGEST_PAUSE);
  await store.put({
    key: KEY,
    bytes: Buffer.from(safeJson({ schema: 1, times, until })),
    contentType: 'application/json',
  });
}

/** Notes that it answers. */
export async function noteAnswers(store: ObjectStore): Promise<void> {
  await store.delete(KEY);
}
