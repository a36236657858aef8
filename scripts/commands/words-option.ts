import { InvalidArgumentError } from 'commander';
import { parseIso } from '../../shared/core/time.ts';

/** Reads `--owner` and `--reason`: something to read, on one line. */
export function parseWords(value: string): string {
  const text = value.trim();
  if (text !== '' && text.length <= 200 && !/\p{Cc}/u.test(text)) return text;
  throw new InvalidArgumentError('Write 1 to 200 characters on one line.');
}

/** Reads `--until`. */
export function parseDay(value: string): string {
  const text = value.trim();
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && parseIso(`${text}T00:00:00Z`) !== undefined) return text;
  throw new InvalidArgumentError('Write a day as YYYY-MM-DD.');
}

/** Reads the end of a mute: a day, or a moment with its zone. */
export function parseDayOrMoment(value: string): string {
  const text = value.trim();
  if (parseIso(text) !== undefined) return text;
  try {
    return parseDay(text);
  } catch {
    throw new InvalidArgumentError('Write a day as YYYY-MM-DD, or a moment as 2026-01-31T18:00:00+08:00.');
  }
}
