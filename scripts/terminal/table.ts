import type { Painter } from './colour.ts';
import { columnsOf, padColumns } from './terminal-text.ts';

/**
 * Rows under a header, columns as wide as their widest cell and two blanks apart; the last one is not padded.
 *
 * @param rows - As many cells as the header has; safe to show already.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Pick<Painter, 'dim'>,
): string {
  const widths = header.map((title, at) => Math.max(...[title, ...rows.map((row) => row[at] ?? '')].map(columnsOf)));
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : padColumns(cell, widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [paint.dim(lineOf(header)), ...rows.map(lineOf), ''].join('\n');
}

/** `1 device`, `2 devices`, `1,000 devices`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
