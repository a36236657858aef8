import { CsvError, parse } from 'csv-parse/sync';
import type { Separator } from '../../core/sweep/watch-header.ts';

/**
 * Cuts lines into cells with csv-parse, strictly: a quote that is left open or stands inside a cell makes its line
 * `undefined`. Many lines are parsed at once; where one of them is bad, halves are tried until it stands alone.
 */
export function splitCells(lines: readonly string[], separator: Separator): readonly (readonly string[] | undefined)[] {
  const cells: (readonly string[] | undefined)[] = [];
  // A line with an odd number of quotes leaves one open, and would take the lines behind it along; all others are either
  // refused by the parser or end outside of quotes.
  const isWhole = (line: string): boolean => line.split('"').length % 2 === 1;
  const whole = lines.filter(isWhole);
  const parsed = parseLines(whole, separator);
  let next = 0;
  for (const line of lines) {
    cells.push(isWhole(line) ? parsed[next] : undefined);
    if (isWhole(line)) next += 1;
  }
  return cells;
}

function parseLines(lines: readonly string[], separator: Separator): readonly (readonly string[] | undefined)[] {
  if (lines.length === 0) return [];
  const records = parseStrictly(lines, separator);
  if (records !== undefined) return records;
  if (lines.length === 1) return [undefined];
  const middle = Math.floor(lines.length / 2);
  return [...parseLines(lines.slice(0, middle), separator), ...parseLines(lines.slice(middle), separator)];
}

/** `undefined` when a line among them is no CSV. */
function parseStrictly(lines: readonly string[], separator: Separator): readonly (readonly string[])[] | undefined {
  try {
    const records = parse(lines.join('\n'), {
      delimiter: separator,
      record_delimiter: '\n',
      relax_column_count: true, // how many there must be is judged line by line
      trim: true,
    });
    return records.length === lines.length ? records : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined; // its message quotes the line
    throw error;
  }
}
