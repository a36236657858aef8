import type { AlertName } from '../alert-key.ts';
import { factsOf } from '../outcome-table.ts';
import { type EpochMs, hours } from '../time.ts';
import { cameLate, type NotifyMemory } from './condition-memory.ts';

/**
 * What becomes of one alert.
 *
 * - `tell`
 * - `count`: more of a condition that was told a short while ago: it is counted for the next telling.
 * - `repeated`: it was told or counted before.
 * - `stale`: it says nothing that is still so.
 * - `unmatched-end`: the end of something that was not told; it can be forgotten unless its beginning still waits.
 */
export type AlertVerdict = 'tell' | 'count' | 'repeated' | 'stale' | 'unmatched-end';

/** More of the same within this time is not worth another message. */
const TOLD_LATELY = hours(1);

/** Judges an alert by its name and what was told before. */
export function judgeAlert(memory: NotifyMemory, alert: AlertName, now: EpochMs): AlertVerdict {
  const known = memory.conditions.get(alert.causeId);
  if (alert.isEnd) {
    if (known === undefined) return 'unmatched-end';
    // Reported again after this end was written: it goes on.
    return alert.at < known.lastAt ? 'stale' : 'tell';
  }
  if (factsOf(alert.kind).lifetime === 'event') return memory.told.has(alert.eventId) ? 'repeated' : 'tell';
  if (known === undefined) return cameLate(memory, alert, now) ? 'stale' : 'tell';
  if (known.events.includes(alert.eventId)) return 'repeated';
  if (known.overSince !== undefined && alert.at <= known.overSince) return 'stale';
  return now - known.lastToldAt < TOLD_LATELY ? 'count' : 'tell';
}
