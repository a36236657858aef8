import type { StoredLog } from './stored-log.ts';

/** One part of a histogram's time: epoch seconds, the end excluded. */
export interface HistogramPart {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const PARTS_MAX = 60;

/** Counts logs in equal parts of a time, at most 60 and none shorter than a second; the last one may be shorter. */
export function histogramOf(
  logs: readonly StoredLog[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly HistogramPart[] {
  const step = Math.ceil((to - from) / PARTS_MAX);
  const counts = new Array<number>(Math.ceil((to - from) / step)).fill(0);
  for (const { time } of logs) {
    const part = Math.floor((time - from) / step);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts.map((count, at) => ({ from: from + at * step, to: Math.min(to, from + (at + 1) * step), count }));
}
