import { CsvError, parse } from 'csv-parse/sync';
import type { Separator } from '../../core/sweep/watch-header.ts';

type Cells = readonly string[];

/**
 * Cuts lines into cells with csv-parse, strictly: a quote that is left open or stands inside a cell makes its line
 * `undefined`. Many lines are parsed at once; where that fails, each line with quotes is tried by itself.
 */
export function splitCells(lines: readonly string[], separator: Separator): readonly (Cells | undefined)[] {
  const together = lines.every(isClosed) ? parseStrictly(lines, separator) : undefined;
  if (together !== undefined) return together;
  const plain = parseStrictly(lines.filter(isPlain), separator)?.values();
  return lines.map((line) => {
    const [cells] = isPlain(line) ? [plain?.next().value] : (parseStrictly([line], separator) ?? []);
    return cells ?? undefined;
  });
}

function isPlain(line: string): boolean {
  return !line.includes('"');
}

/**
 * Whether no quote can be open at the end of the line: an odd number of them leaves one open, and would take the lines
 * behind it along; with an even number the parser refuses the line or ends outside of quotes.
 */
function isClosed(line: string): boolean {
  return isPlain(line) || line.split('"').length % 2 === 1;
}

/** `undefined` when a line among them is no CSV. */
function parseStrictly(lines: readonly string[], separator: Separator): readonly Cells[] | undefined {
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
