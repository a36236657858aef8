import { type BadLines, createBadLineCounter, shownCell } from './watch-bad-lines.ts';
import { readHeader, SEPARATORS, type Separator, separatorHint, type WatchColumns } from './watch-header.ts';
import { type FoundProblem, readWatchLine } from './watch-line.ts';
import type { WatchFileProblem } from './watch-problems.ts';
import { type CaTable, createWatchRows, type WatchRows } from './watch-rows.ts';
import { createLineScanner, type TextEncoding, type TextLine } from './watch-text.ts';

/**
 * Cuts lines of CSV into cells; `undefined` for a line whose quotes make no sense. A cell never goes on in the next line:
 * one quote left open would swallow the rest of the file.
 */
export type SplitCells = (lines: readonly string[], separator: Separator) => readonly (readonly string[] | undefined)[];

/** What a file turned out to say. */
export interface WatchFileContent {
  readonly kind: 'read';
  readonly rows: WatchRows;
  /** Lines with anything in them, the header not counted. */
  readonly lines: number;
  /** The number of the last line, blank ones counted. */
  readonly lastLine: number;
  readonly addBad: (line: number, problem: FoundProblem) => void;
  readonly bad: () => BadLines;
  readonly encoding: TextEncoding;
}

/** Why a file is useless as a whole; `lines` were counted until then. */
export interface WatchFileRefusal {
  readonly kind: 'refused';
  readonly problem: WatchFileProblem;
  readonly lines: number;
  /** What there is to show of it: the first line, the first bad lines. */
  readonly shown: string;
  readonly bad: BadLines;
}

/** Reads one file as its octets come. */
export interface WatchFileReader {
  /** `false` when no further octet is of interest. */
  readonly push: (octets: Uint8Array) => boolean;
  readonly end: () => WatchFileContent | WatchFileRefusal;
}

/** Lines that are split at once. */
const BATCH = 512;

interface Layout {
  readonly columns: WatchColumns;
  readonly separator: Separator;
}

/** Starts one file, which may bring at most `maxLines` lines. */
export function createWatchFileReader(options: {
  readonly table: CaTable;
  readonly split: SplitCells;
  readonly maxLines: number;
  /** Of how many bad lines to keep what they say: few for an outcome, more for the person who mends the file. */
  readonly linesShown?: number;
}): WatchFileReader {
  const rows = createWatchRows(options.table);
  const bad = createBadLineCounter(options.linesShown);
  let layout: Layout | undefined;
  let hint: Separator | undefined;
  let refused: { readonly problem: WatchFileProblem; readonly shown: string } | undefined;
  let lines = 0;
  let batch: { readonly number: number; readonly text: string }[] = [];

  const readBatch = ({ columns, separator }: Layout): void => {
    const cellsOf = options.split(
      batch.map(({ text }) => text),
      separator,
    );
    batch.forEach(({ number, text }, index) => {
      const cells = cellsOf[index];
      if (cells === undefined) bad.add(number, { code: 'quotes', cell: text });
      else takeLine(number, cells, { columns, separator });
    });
    batch = [];
  };

  const takeLine = (number: number, cells: readonly string[], { columns, separator }: Layout): void => {
    const line = readWatchLine(cells, columns, separator);
    if (line.kind === 'blank') lines -= 1; // a spreadsheet's empty row, counted when it came
    if (line.kind === 'bad') bad.add(number, line.problem);
    if (line.kind !== 'entry') return;
    if (line.problem !== undefined) bad.add(number, line.problem);
    if (!rows.add(line.entry, number)) bad.add(number, { code: 'too-many-cas', cell: line.entry.ca });
  };

  const takeHeader = ({ number, text = '' }: TextLine): void => {
    if (number === 1) hint = separatorHint(text);
    if (number === 1 && hint !== undefined) return;
    const read = readLayout(text, hint, options.split);
    if (read.kind === 'problem') {
      refused = { problem: read.problem, shown: shownCell(text) };
      return;
    }
    layout = read;
    const [unknown] = read.columns.unknown;
    if (unknown !== undefined && read.columns.reactivate === undefined) {
      bad.add(number, { code: 'column-unknown', cell: unknown });
    }
  };

  const scanner = createLineScanner((line) => {
    if (refused !== undefined || line.text?.trim() === '') return;
    if (line.text?.includes('PRIVATE KEY') === true) refused = { problem: 'private-key', shown: '' };
    else if (layout === undefined) takeHeader(line);
    else {
      lines += 1;
      if (line.text === undefined) bad.add(line.number, { code: 'line-too-long', cell: '' });
      else if (NO_TEXT.test(line.text)) bad.add(line.number, { code: 'not-text', cell: line.text });
      else batch.push({ number: line.number, text: line.text });
      if (batch.length === BATCH || lines > options.maxLines) readBatch(layout); // blank rows are found out there
      if (lines > options.maxLines) refused = { problem: 'too-many-lines', shown: '' };
    }
  });

  const refusal = (problem: WatchFileProblem, shown: string): WatchFileRefusal => ({
    kind: 'refused',
    problem,
    lines,
    shown,
    bad: bad.counted(),
  });

  return {
    push: (octets) => {
      scanner.push(octets);
      return refused === undefined && scanner.problem() === undefined;
    },
    end: () => {
      scanner.end();
      if (layout !== undefined && refused === undefined) readBatch(layout);
      const problem = scanner.problem() ?? refused?.problem;
      if (problem !== undefined) return refusal(problem, refused?.shown ?? '');
      if (layout === undefined) return refusal('empty', '');
      if (lines > 0 && rows.named() + rows.stars().length === 0) return refusal('no-good-line', '');
      const lastLine = scanner.lines();
      return { kind: 'read', rows, lines, lastLine, addBad: bad.add, bad: bad.counted, encoding: scanner.encoding() };
    },
  };
}

/** Controls that no text has; a tab may be the separator. */
const NO_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The first separator that makes a header of the line; else what is wrong with the line. */
function readLayout(
  text: string,
  hint: Separator | undefined,
  split: SplitCells,
): ({ readonly kind: 'layout' } & Layout) | { readonly kind: 'problem'; readonly problem: WatchFileProblem } {
  const problems = new Set<WatchFileProblem>();
  for (const separator of hint === undefined ? SEPARATORS : [hint]) {
    const [cells] = split([text], separator);
    const header = cells === undefined ? undefined : readHeader(cells);
    if (header?.kind === 'header') return { kind: 'layout', columns: header.columns, separator };
    if (header !== undefined) problems.add(header.problem);
  }
  const worst = HEADER_PROBLEMS.find((problem) => problems.has(problem));
  return { kind: 'problem', problem: worst ?? 'header-unreadable' };
}

/** What says most about a line, first. */
const HEADER_PROBLEMS = ['column-twice', 'column-missing', 'header-missing', 'header-unreadable'] as const;
