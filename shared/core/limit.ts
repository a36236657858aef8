/** Runs a task when one of a fixed number of places is free; tasks start in the order they came. */
export type Limit = <Value>(task: () => Promise<Value>) => Promise<Value>;

/**
 * Bounds how many tasks are under way at once.
 *
 * @param places - At least 1; throws `RangeError` otherwise, because no task would ever start.
 */
export function createLimit(places: number): Limit {
  if (!Number.isSafeInteger(places) || places < 1) throw new RangeError('a limit needs at least one place');
  const waiting: (() => void)[] = [];
  let taken = 0;

  const enter = (): Promise<void> => {
    if (taken < places) {
      taken += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    // The place passes to the next task without becoming free, so a newcomer can not overtake the queue.
    if (next === undefined) taken -= 1;
    else next();
  };

  return async (task) => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
}

/**
 * Maps with at most `places` calls under way; results come in the order of the items. The first failure rejects the
 * whole, so `call` turns what one item can do wrong into a value.
 */
export function mapLimited<Item, Value>(
  items: readonly Item[],
  places: number,
  call: (item: Item, index: number) => Promise<Value>,
): Promise<Value[]> {
  const limit = createLimit(places);
  return Promise.all(items.map((item, index) => limit(() => call(item, index))));
}
