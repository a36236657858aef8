import { type DisplayText, displayText } from '../display-text.ts';
import type { FoundProblem } from './watch-line.ts';
import type { WatchLineProblem } from './watch-problems.ts';

/** One of the first bad lines of a file, fit to be shown. */
export interface ShownLine {
  readonly line: number;
  readonly code: WatchLineProblem;
  readonly shown: DisplayText;
}

/** What was wrong with the lines of one file: all of them counted, the first ones kept. */
export interface BadLines {
  readonly count: number;
  /** Codes with their counts, most frequent first. */
  readonly codes: readonly { readonly code: WatchLineProblem; readonly count: number }[];
  readonly first: readonly ShownLine[];
}

/** Counts bad lines; 100,000 of them take no more room than five. */
export interface BadLineCounter {
  readonly add: (line: number, problem: FoundProblem) => void;
  readonly counted: () => BadLines;
}

const LINES_SHOWN = 5;
/** A serial with colons has 59 characters; what is longer is not one, and may be anything. */
const CELL_SHOWN = 60;
const START_SHOWN = 16;

/** Starts counting for one file; of the first `linesShown` bad lines it keeps what they say. */
export function createBadLineCounter(linesShown: number = LINES_SHOWN): BadLineCounter {
  const counts = new Map<WatchLineProblem, number>();
  const first: ShownLine[] = [];
  let count = 0;
  return {
    add: (line, { code, cell }) => {
      count += 1;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (first.length < linesShown) first.push({ line, code, shown: shownCell(cell) });
    },
    counted: () => ({
      count,
      codes: [...counts].map(([code, times]) => ({ code, count: times })).sort((a, b) => b.count - a.count),
      first: [...first].sort((a, b) => a.line - b.line),
    }),
  };
}

/** A cell as it may be shown: a long one, which could be anything pasted by mistake, only by its beginning. */
export function shownCell(cell: string): DisplayText {
  const text = cell.trim();
  if (text.length <= CELL_SHOWN) return displayText(text, CELL_SHOWN);
  return displayText(`${text.slice(0, START_SHOWN)}… (${String(text.length)} characters)`);
}
