/** One log as it is kept. Tags of its group are fields named `__tag__:<key>`, as query results show them. */
export interface StoredLog {
  /** Epoch seconds. */
  readonly time: number;
  /** Nanosecond part, 0 to 999,999,999. */
  readonly timeNs: number;
  readonly topic: string;
  readonly source: string;
  readonly fields: Readonly<Record<string, string>>;
}

const isRow = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value that was read back from disk is a log. */
export function isStoredLog(value: unknown): value is StoredLog {
  if (!isRow(value)) return false;
  const { time, timeNs, topic, source, fields } = value;
  if (!Number.isSafeInteger(time) || !Number.isSafeInteger(timeNs)) return false;
  if (typeof topic !== 'string' || typeof source !== 'string' || !isRow(fields)) return false;
  return Object.values(fields).every((field) => typeof field === 'string');
}
