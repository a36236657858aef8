const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LONGEST_MS = 366 * UNIT_MS.d;

/** Reads `90s`, `15m`, `1h` or `7d` as milliseconds; `undefined` for anything else, for zero and for over 366 days. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([0-9]{1,6})([smhd])$/.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/** Writes an elapsed time the way a stopwatch would: `38 ms`, `1.24 s`, `2 min 05 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 10) / 100).toFixed(2)} s`;
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
