/**
 * The value that a share of all values does not exceed (nearest rank, so it is always one that was measured).
 *
 * @param share - 0.5 for the median, 0.99 for the 99th percentile.
 * @returns 0 when there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** The value in the middle; of an even number of values, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The most arrivals in any one second, wherever that second begins.
 *
 * @param times - Milliseconds on one clock, in any order. The second is half-open: arrivals exactly 1,000 ms apart are
 *   in different seconds, as a limiter counts them.
 */
export function busiestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
