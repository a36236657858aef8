/** The slowest of many calls. */
export interface Slowest<Item> {
  readonly worstMs: number;
  readonly item: Item | undefined;
}

/**
 * Runs a call for every item and tells the slowest. A call over `suspiciousMs` is run again up to three times and the
 * quickest counts: a hang stays slow, a busy machine does not.
 */
export function slowest<Item>(items: Iterable<Item>, call: (item: Item) => void, suspiciousMs = 20): Slowest<Item> {
  let worst: Slowest<Item> = { worstMs: 0, item: undefined };
  for (const item of items) {
    let tookMs = timed(item, call);
    for (let again = 0; again < 3 && tookMs > suspiciousMs; again += 1) tookMs = Math.min(tookMs, timed(item, call));
    if (tookMs > worst.worstMs) worst = { worstMs: tookMs, item };
  }
  return worst;
}

function timed<Item>(item: Item, call: (item: Item) => void): number {
  const started = performance.now();
  call(item);
  return performance.now() - started;
}
