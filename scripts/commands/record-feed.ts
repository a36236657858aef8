import type { LogRows } from '../../shared/adapters/sls-query.ts';
import type { Painter } from '../terminal/colour.ts';
import type { Language } from '../terminal/language.ts';
import { renderRecord } from './record-line.ts';

type Row = LogRows['rows'][number];

/** Turns pages that overlap into records shown once each. */
export interface RecordFeed {
  /** What is to be written for the rows not shown before, oldest first; each text ends its own line. */
  readonly news: (rows: readonly Row[]) => readonly string[];
  /** True until something was shown. */
  readonly isEmpty: () => boolean;
}

// Far more than one page can repeat.
const MAX_REMEMBERED = 20_000;

/** A feed for people, or with `isJson` one JSON object per record. */
export function createRecordFeed(view: {
  readonly paint: Painter;
  readonly language: Language;
  readonly isJson: boolean;
}): RecordFeed {
  const shown = new Set<string>();
  return {
    isEmpty: () => shown.size === 0,
    news: (rows) => {
      const fresh = inOrder(rows).filter((row) => isNew(shown, row));
      return fresh.map((row) => (view.isJson ? `${JSON.stringify(row)}\n` : renderRecord(row, view)));
    },
  };
}

// By the time it happened; the service's order within one second means nothing, and it comes newest first.
function inOrder(rows: readonly Row[]): readonly Row[] {
  return [...rows].reverse().toSorted((a, b) => compare(a['at'] ?? '', b['at'] ?? ''));
}

function isNew(shown: Set<string>, row: Row): boolean {
  const id = `${row['event_id'] ?? ''} ${row['at'] ?? ''} ${row['__time__'] ?? ''}`;
  if (shown.has(id)) return false;
  shown.add(id);
  const [oldest] = shown; // a Set keeps the order of insertion
  if (shown.size > MAX_REMEMBERED && oldest !== undefined) shown.delete(oldest);
  return true;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
