/** One measured line of a bench. */
export interface BenchRow {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** How many times the reference of the bench this is. */
  readonly ratio?: number;
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
export function benchText({ name, rows, goals }: BenchReport): string {
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  const lines = rows.map(({ label, value, unit, ratio }) => {
    const factor = ratio === undefined ? '' : `  (x ${ratio.toFixed(2)})`;
    return `  ${label.padEnd(width)}  ${figure(value).padStart(12)} ${unit}${factor}`;
  });
  return [name, ...lines, ...goals.map(({ text, met }) => `  ${met ? 'met' : 'MISSED'}: ${text}`)].join('\n');
}

/** Three digits that count; counts as they are. */
function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
