import type { Brand } from '../brand.ts';
import { type DurationMs, type EpochMs, isoOf, parseIso } from '../time.ts';

/** Identifies one sweep by the time of its tick, to the second: `20261121T050000Z`. Byte order is time order. */
export type SweepId = Brand<string, 'SweepId'>;

const SHAPE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** The id of the sweep that a tick begins. */
export function sweepIdOf(triggerTime: EpochMs): SweepId {
  return `${isoOf(triggerTime).slice(0, 19).replaceAll(/[-:]/g, '')}Z` as SweepId;
}

/** Reads a sweep id from an event or a key; `undefined` when it names no moment. */
export function parseSweepId(text: string): SweepId | undefined {
  return momentOf(text) === undefined ? undefined : (text as SweepId);
}

/** The moment of the tick. */
export function tickOf(id: SweepId): EpochMs {
  const moment = momentOf(id);
  if (moment === undefined) throw new RangeError('a sweep id names a moment');
  return moment;
}

/** Whether a tick may be genuine: the queue and the clocks together make no more than two intervals. */
export function isNearTheClock(triggerTime: EpochMs, now: EpochMs, interval: DurationMs): boolean {
  return Math.abs(now - triggerTime) <= 2 * interval;
}

function momentOf(text: string): EpochMs | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return parseIso(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`);
}
