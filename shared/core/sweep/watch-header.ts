import type { WatchFileProblem } from './watch-problems.ts';
import { readSerialCell } from './watch-serial.ts';

/** What stands between two cells. */
export type Separator = ',' | ';' | '\t';

/** The separators in the order they are tried. */
export const SEPARATORS: readonly Separator[] = [',', ';', '\t'];

/** Where the columns of a file are. */
export interface WatchColumns {
  readonly device: number;
  readonly ca: number;
  readonly reactivate: number | undefined;
  readonly count: number;
  /** Columns that are none of ours, as they are called; `reactivat` could be one of them. */
  readonly unknown: readonly string[];
}

/** What the first line of a file is. */
export type WatchHeader =
  | { readonly kind: 'header'; readonly columns: WatchColumns }
  | { readonly kind: 'problem'; readonly problem: WatchFileProblem };

const OURS = new Set(['devicesn', 'casn', 'name', 'devicename', 'reactivate']);

/** Reads the cells of the first line. Case, blanks, hyphens and underscores do not count: `DeviceSn` is `device_sn`. */
export function readHeader(cells: readonly string[]): WatchHeader {
  const names = cells.map((cell) =>
    cell
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[\s_-]|\p{Cf}/gu, ''),
  );
  const device = names.indexOf('devicesn');
  const ca = names.indexOf('casn');
  if (device === -1 || ca === -1) return { kind: 'problem', problem: problemOf(cells, device !== -1 || ca !== -1) };
  const known = names.filter((name) => OURS.has(name));
  if (new Set(known).size !== known.length) return { kind: 'problem', problem: 'column-twice' };
  const reactivate = names.indexOf('reactivate');
  return {
    kind: 'header',
    columns: {
      device,
      ca,
      reactivate: reactivate === -1 ? undefined : reactivate,
      count: cells.length,
      unknown: cells.filter((_, index) => names[index] !== '' && !OURS.has(names[index] ?? '')),
    },
  };
}

function problemOf(cells: readonly string[], hasOne: boolean): WatchFileProblem {
  if (hasOne) return 'column-missing';
  return cells.some(looksLikeData) ? 'header-missing' : 'header-unreadable';
}

/** A serial, a star, or a number that was meant to be a serial. */
function looksLikeData(cell: string): boolean {
  const read = readSerialCell(cell);
  if (read.kind === 'serial') return read.serial.length >= 4; // `ca` and `dead` are hex too, a serial is longer
  return read.kind === 'star' || (read.kind === 'problem' && read.problem !== 'serial-not-hex');
}

/** `sep=;`, the line by which Excel is told the separator; `undefined` when the line is none. */
export function separatorHint(line: string): Separator | undefined {
  const match = /^"?sep=(.)"?\s*$/i.exec(line);
  return SEPARATORS.find((separator) => separator === match?.[1]);
}
