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
 * The order of columns when a file has no header. The CA may be left out, an owner's name or staff number can look like a
 * serial, and a reason may have a separator too many: where a cell may be either, nothing restricts the hold to a CA.
 */
const WHOLE_ORDER: ReadonlyMap<Column, number> = new Map(COLUMNS.map((column, index) => [column, index]));
const SHORT_ORDER: ReadonlyMap<Column, number> = new Map(
  COLUMNS.filter((column) => column !== 'ca_sn').map((column, index) => [column, index]),
);

function readUsual(cells: readonly string[], file: DisplayText, line: number): HoldLine {
  const whole = readLine(cells, WHOLE_ORDER, file, line);
  const ca = cells[WHOLE_ORDER.get('ca_sn') ?? -1];
  const isWhole = cells.length === COLUMNS.length && (ca === '' || whole.cas.length > 0);
  if (isWhole && isSurelySerial(ca ?? '')) return whole;
  return { ...(isWhole ? whole : readLine(cells, SHORT_ORDER, file, line)), cas: [] };
}

/** Nobody's name or number: said to be a serial, or eight octets of hex that are not digits alone. */
function isSurelySerial(cell: string): boolean {
  const hex = cell.replace(/[\s:]/g, '');
  return /^(?:0x|dec:)/i.test(cell) || (/^[0-9a-f]{16,}$/i.test(hex) && /[a-f]/i.test(hex) && /\d/.test(hex));
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
  return [...holdLinesOf(text, file)];
}

/** The same, line by line, for whoever has to stop before a file without end fills the memory. */
export function* holdLinesOf(text: string, file: string): Generator<HoldLine, void> {
  const shown = displayText(file, 200);
  let header: Header | undefined;
  let isFirst = true;
  let line = 0;
  for (const row of rowsOf(text)) {
    line += 1;
    if (isSilent(row)) continue;
    if (isFirst) header = headerOf(row);
    if (!isFirst || header === undefined) yield readRow(row, header, shown, line);
    isFirst = false;
  }
}

function* rowsOf(text: string): Generator<string, void> {
  const rowEnd = /\r\n|\r|\n/g;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let end = rowEnd.exec(text); end !== null; end = rowEnd.exec(text)) {
    yield text.slice(start, end.index);
    start = rowEnd.lastIndex;
  }
  yield text.slice(start);
}

function isSilent(row: string): boolean {
  return /^[\s,;]*$/.test(row) || row.trimStart().startsWith('#');
}

interface Header {
  readonly columns: ReadonlyMap<Column, number>;
  readonly separator: string;
}

function headerOf(row: string): Header | undefined {
  const separator = firstSeparator(row);
  const names = cellsOf(row, separator).map((cell) => cell.toLowerCase());
  if (!names.includes('device_sn')) return undefined;
  const found = COLUMNS.filter((column) => names.includes(column));
  return { separator, columns: new Map(found.map((column) => [column, names.indexOf(column)])) };
}

/**
 * A row is split as its file's header is, and where it looks different (put together by hand out of two files) in its
 * own way as well: it then holds whatever device either reading names.
 */
function readRow(row: string, header: Header | undefined, file: DisplayText, line: number): HoldLine {
  const own = firstSeparator(row);
  const read = (separator: string): HoldLine => {
    const cells = cellsOf(row, separator);
    return header === undefined ? readUsual(cells, file, line) : readLine(cells, header.columns, file, line);
  };
  const first = read(header?.separator ?? own);
  if (header === undefined || header.separator === own) return first;
  const second = read(own);
  const isEvery = first.devices === 'every' || second.devices === 'every';
  return {
    ...(first.devices.length > 0 ? first : second),
    // Where nobody knows which reading was meant, nothing narrows it down.
    ...(first.devices.length > 0 && second.devices.length > 0 ? { instance: '', cas: [], until: undefined } : {}),
    devices: isEvery ? 'every' : [...new Set([...first.devices, ...second.devices])],
  };
}

/** The first one stands behind a serial or an instance; those in a free text come later and may be many. */
function firstSeparator(row: string): string {
  const [found = ','] = /[,;\t]/.exec(row.replace(/"[^"]*"/g, '')) ?? [];
  return found;
}

/** A quoted cell keeps its separators. */
function cellsOf(row: string, separator: string): readonly string[] {
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
