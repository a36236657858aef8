/** One measured line of a bench. */
export interface BenchRow {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** How many times the reference of the bench this is. */
  readonly ratio?: number;
}

/** The same figures for several sizes side by side. */
export interface BenchTable {
  readonly title: string;
  /** What the columns of values are about. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    readonly unit: string;
    /** One for each column. */
    readonly values: readonly number[];
  }[];
}

/** What a bench is held to. */
export interface BenchGoal {
  readonly text: string;
  readonly met: boolean;
}

/** The result of one bench. */
export interface BenchReport {
  readonly name: string;
  readonly rows: readonly BenchRow[];
  readonly tables?: readonly BenchTable[];
  readonly goals: readonly BenchGoal[];
}

/** What a bench is run with. */
export interface BenchContext {
  /** Holds `s.yaml` and the bundles. */
  readonly projectFolder: string;
  /** Aborts when nobody wants the result any longer: the bench then cleans up and throws. */
  readonly stopped: AbortSignal;
  /** Shows a short line while a long bench runs. */
  readonly tellProgress: (line: string) => void;
}

/** The report as lines for a terminal. */
export function benchText({ name, rows, tables = [], goals }: BenchReport): string {
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  const lines = rows.map(({ label, value, unit, ratio }) => {
    const factor = ratio === undefined ? '' : `  (x ${ratio.toFixed(2)})`;
    return `  ${label.padEnd(width)}  ${figure(value).padStart(12)} ${unit}${factor}`;
  });
  const verdicts = goals.map(({ text, met }) => `  ${met ? 'met' : 'MISSED'}: ${text}`);
  return [name, ...lines, ...tables.flatMap(tableLines), ...verdicts].join('\n');
}

function tableLines({ columns, rows, title }: BenchTable): readonly string[] {
  const width = Math.max(title.length, ...rows.map(({ label }) => label.length));
  const line = (label: string, cells: readonly string[], unit: string): string =>
    `  ${label.padEnd(width)}  ${cells.map((cell) => cell.padStart(9)).join(' ')} ${unit}`.trimEnd();
  return [line(title, columns, ''), ...rows.map(({ label, unit, values }) => line(label, values.map(figure), unit))];
}

/** Three digits that count; counts as they are. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
