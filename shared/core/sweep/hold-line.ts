import { type DisplayText, displayText } from '../display-text.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial, parseDeviceSerial } from '../serial.ts';
import { type EpochMs, epochMs, parseIso } from '../time.ts';

/** One line of a hold file that says something. */
export interface HoldLine {
  /** The object key and the line in it, safe to show. */
  readonly file: DisplayText;
  readonly line: number;
  /** As written; blank or unknown means every instance. */
  readonly instance: string;
  /** Every device the cell may mean; `every` for `*`, empty when it names none that can be read. */
  readonly devices: readonly DeviceSerial[] | 'every';
  /** Every CA the cell may mean; empty means any CA. */
  readonly cas: readonly CaSerial[];
  readonly owner: DisplayText;
  readonly reason: DisplayText;
  /** `undefined`: no date that can be read; it holds all the same. */
  readonly until: EpochMs | undefined;
}

const COLUMNS = ['instance', 'device_sn', 'ca_sn', 'owner', 'reason', 'until'] as const;
type Column = (typeof COLUMNS)[number];

/**
 * The order of columns when a file has no header. The CA may be left out, and an owner's name or staff number can look
 * like a serial: only a row of all six columns restricts its hold to a CA.
 */
const WHOLE_ORDER: ReadonlyMap<Column, number> = new Map(COLUMNS.map((column, index) => [column, index]));
const SHORT_ORDER: ReadonlyMap<Column, number> = new Map(
  COLUMNS.filter((column) => column !== 'ca_sn').map((column, index) => [column, index]),
);

function usualOrder(cells: readonly string[]): ReadonlyMap<Column, number> {
  return cells.length === COLUMNS.length ? WHOLE_ORDER : SHORT_ORDER;
}

/**
 * Reads a hold file line by line. Nothing in it is refused: a line that names a device holds it whatever else is wrong,
 * and a line that names none is kept as one that may mean anybody. Blank lines and lines that begin with `#` say
 * nothing.
 *
 * @param text - The decoded file.
 * @param file - Its key, raw.
 */
export function readHoldFile(text: string, file: string): readonly HoldLine[] {
  const rows = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const first = rows.findIndex((row) => !isSilent(row));
  const header = first < 0 ? undefined : headerOf(cellsOf(rows[first] ?? ''));
  const shown = displayText(file, 200);
  return rows.flatMap((row, index) => {
    if (isSilent(row) || (header !== undefined && index === first)) return [];
    const cells = cellsOf(row);
    return [readLine(cells, header ?? usualOrder(cells), shown, index + 1)];
  });
}

function isSilent(row: string): boolean {
  return /^[\s,;]*$/.test(row) || row.trimStart().startsWith('#');
}

function headerOf(cells: readonly string[]): ReadonlyMap<Column, number> | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  if (!names.includes('device_sn')) return undefined;
  return new Map(
    COLUMNS.flatMap((column) => (names.includes(column) ? [[column, names.indexOf(column)] as const] : [])),
  );
}

/** Splits at whatever separates the cells; a quoted cell keeps its separators. */
function cellsOf(row: string): readonly string[] {
  const separator = [',', ';', '\t'].reduce((best, one) =>
    row.split(one).length > row.split(best).length ? one : best,
  );
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of row) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}

function readLine(
  cells: readonly string[],
  columns: ReadonlyMap<Column, number>,
  file: DisplayText,
  line: number,
): HoldLine {
  const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? '';
  const device = cell('device_sn');
  return {
    file,
    line,
    instance: cell('instance'),
    devices: device === '*' ? 'every' : readingsOf(device, parseDeviceSerial),
    cas: readingsOf(cell('ca_sn'), parseCaSerial),
    owner: displayText(cell('owner')),
    reason: displayText(cell('reason')),
    until: dateOf(cell('until')),
  };
}

/** Every serial a cell may mean: a watch list must be exact, a hold must not miss. */
function readingsOf<Serial extends string>(
  cell: string,
  parse: (text: string) => Serial | undefined,
): readonly Serial[] {
  const text = cell
    .normalize('NFKC')
    .replace(/^=?["']*|["']+$/g, '')
    .trim();
  const bare = text.replace(/^(?:0x|dec:)/i, '').trim();
  const readings = /^dec:/i.test(text) ? [] : [parse(bare)];
  if (/^\d{1,49}$/.test(bare) && !/^0x/i.test(text)) readings.push(parse(BigInt(bare).toString(16)));
  return [...new Set(readings.filter((reading) => reading !== undefined))];
}

/** A day, meant to its end in every time zone, or a full moment. */
function dateOf(cell: string): EpochMs | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(cell)) return parseIso(cell);
  const start = parseIso(`${cell}T00:00:00-12:00`);
  return start === undefined ? undefined : epochMs(start + 86_400_000 - 1);
}
