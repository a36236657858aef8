import type { CaSerial, DeviceSerial } from '../serial.ts';
import { SEPARATORS, type Separator, type WatchColumns } from './watch-header.ts';
import type { WatchLineProblem } from './watch-problems.ts';
import { readSerialCell } from './watch-serial.ts';

/** What one line says: this certificate must be active. */
export interface WatchEntry {
  readonly ca: CaSerial;
  /** `*`: every device of the CA. */
  readonly device: DeviceSerial | '*';
  readonly reactivate: boolean;
}

/** One line, read. An entry can come with a problem that does not spoil it. */
export type WatchLine =
  | { readonly kind: 'entry'; readonly entry: WatchEntry; readonly problem?: FoundProblem }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly problem: FoundProblem };

/** What is wrong and the cell that shows it, as it came: only ever told through `shownCell`. */
export interface FoundProblem {
  readonly code: WatchLineProblem;
  readonly cell: string;
}

const YES = new Set(['yes', 'y', 'true', '1', 'on', '是']);
const NO = new Set(['no', 'n', 'false', '0', 'off', '否']);

/**
 * Reads the cells of one line. A named device may be reactivated unless the line says no, all devices of a CA (`*`) only
 * when the line says yes; what can not be read as yes counts as no.
 */
export function readWatchLine(cells: readonly string[], columns: WatchColumns, separator: Separator): WatchLine {
  if (cells.every((cell) => cell.trim() === '')) return { kind: 'blank' };
  const surplus = cells.slice(columns.count).find((cell) => cell.trim() !== '');
  if (surplus !== undefined) return bad('too-many-cells', surplus);
  const device = serialIn(cells[columns.device], 'device-empty');
  const ca = serialIn(cells[columns.ca], 'ca-empty');
  if (cells.length === 1 && otherSeparatorIn(cells[0] ?? '', separator)) return bad('other-separator', cells[0] ?? '');
  if (device.kind === 'bad') return device;
  if (ca.kind === 'bad') return ca;
  if (ca.serial === '*') return bad('ca-star', '*');
  const asked = reactivateIn(cells, columns, device.serial);
  const entry: WatchEntry = {
    // The cells were read alike; which column a serial came from is what makes it a CA's.
    ca: ca.serial as string as CaSerial,
    device: device.serial,
    reactivate: asked === 'unreadable' ? false : asked,
  };
  if (asked !== 'unreadable') return { kind: 'entry', entry };
  return {
    kind: 'entry',
    entry,
    problem: { code: 'reactivate-unreadable', cell: cells[columns.reactivate ?? -1] ?? '' },
  };
}

type Bad = Extract<WatchLine, { readonly kind: 'bad' }>;

function bad(code: WatchLineProblem, cell: string): Bad {
  return { kind: 'bad', problem: { code, cell } };
}

function serialIn(
  cell: string | undefined,
  whenEmpty: WatchLineProblem,
): Bad | { readonly kind: 'read'; readonly serial: DeviceSerial | '*' } {
  const read = readSerialCell(cell ?? '');
  switch (read.kind) {
    case 'serial':
      return { kind: 'read', serial: read.serial };
    case 'star':
      return { kind: 'read', serial: '*' };
    case 'empty':
      return bad(whenEmpty, '');
    case 'problem':
      return bad(read.problem, cell ?? '');
  }
}

function reactivateIn(
  cells: readonly string[],
  columns: WatchColumns,
  device: DeviceSerial | '*',
): boolean | 'unreadable' {
  // A header with a column nobody knows may have meant `reactivate`: then nothing is done on its word.
  if (columns.reactivate === undefined) return device !== '*' && columns.unknown.length === 0;
  const text = (cells[columns.reactivate] ?? '').normalize('NFKC').trim().toLowerCase();
  if (text === '') return device !== '*';
  if (YES.has(text)) return true;
  return NO.has(text) ? false : 'unreadable';
}

function otherSeparatorIn(cell: string, separator: Separator): boolean {
  return [...SEPARATORS, '，', '；', '|'].some((other) => other !== separator && cell.includes(other));
}
