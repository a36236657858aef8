import { type EpochMs, epochMs, isoOf, parseIso } from '../time.ts';
import { localTimeOf } from './quiet-hours.ts';

/**
 * A moment as people on call read it: `2026-01-02 09:30:00 +08:00`.
 *
 * @param timeZone - An IANA name such as `Asia/Shanghai`; the configuration has checked it.
 */
export function localTime(moment: EpochMs, timeZone: string): string {
  const { offsetMinutes } = localTimeOf(moment, timeZone);
  const shifted = isoOf(epochMs(moment + offsetMinutes * 60_000));
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${offsetText(offsetMinutes)}`;
}

const MOMENT_IN_TEXT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z/g;

/** Writes every ISO 8601 moment of a sentence in the readers' time zone. */
export function withLocalTimes(sentence: string, timeZone: string): string {
  return sentence.replaceAll(MOMENT_IN_TEXT, (found) => {
    const moment = parseIso(found);
    return moment === undefined ? found : localTime(moment, timeZone);
  });
}

function offsetText(minutesEast: number): string {
  const minutes = Math.abs(minutesEast);
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
