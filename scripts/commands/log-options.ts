import { InvalidArgumentError } from 'commander';
import { SEVERITIES } from '../../shared/core/alert-key.ts';
import type { OutcomeKind, Severity } from '../../shared/core/outcome-table.ts';
import { type EpochMs, parseIso } from '../../shared/core/time.ts';
import { parseDurationMs } from '../terminal/duration.ts';
import { parseKind } from './kind-option.ts';

/** How far back `log query` looks when nothing is said. */
export const DEFAULT_SINCE = '1d';

/** How far ahead of our clock records may be: workers' clocks differ, and the local cloud's can be moved far ahead. */
export const AHEAD_MS = { account: 900_000, local: 366 * 86_400_000 } as const;

const MAX_QUERY = 1_000;
const MAX_ROWS = 10_000;

/** Reads `--since`; the text is kept, so that the help shows the default as a person would write it. */
export function parseSince(value: string): string {
  if (parseDurationMs(value) !== undefined) return value;
  throw new InvalidArgumentError('Write it like 90s, 15m, 1h or 7d.');
}

/** Reads `--from` and `--to`: a moment with its zone, or a day, which begins at midnight UTC. */
export function parseMoment(value: string): EpochMs {
  const text = value.trim();
  const moment = parseIso(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (moment !== undefined) return moment;
  throw new InvalidArgumentError('Write a moment as 2026-01-31T09:00:00+08:00, or a day (UTC) as 2026-01-31.');
}

/** Reads a search expression. */
export function parseQuery(value: string): string {
  // SQL results have no records; the part before the bar is what finds them.
  if (value.trim() !== '' && value.length <= MAX_QUERY && !value.includes('|')) return value;
  throw new InvalidArgumentError('A query is a search expression without SQL, such as "kind: pair-rejected".');
}

/** Reads `--limit`. */
export function parseLimit(value: string): number {
  const limit = /^[0-9]{1,5}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= MAX_ROWS) return limit;
  throw new InvalidArgumentError('A limit is a whole number from 1 to 10000.');
}

/** Reads `--severity`: this one and the worse ones, most severe first. */
export function parseSeverity(value: string): readonly Severity[] {
  const at = (SEVERITIES as readonly string[]).indexOf(value.trim());
  if (at >= 0) return SEVERITIES.slice(0, at + 1);
  throw new InvalidArgumentError(`Choose one of ${SEVERITIES.join(', ')}.`);
}

/** Gathers `--kind` given several times, or several kinds separated by commas. */
export function parseKinds(value: string, earlier: readonly OutcomeKind[] = []): readonly OutcomeKind[] {
  return [...earlier, ...value.split(',').map(parseKind)];
}
