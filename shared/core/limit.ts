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

/**
 * Does something for each item with at most `places` under way. After a failure nothing more is begun, what is under way
 * is waited for, and then the first failure is thrown: nothing goes on behind the caller's back. Items are taken only as
 * places are free, so a million of them cost no memory.
 *
 * @param places - At least 1; throws `RangeError` otherwise.
 */
export async function eachLimited<Item>(
  items: Iterable<Item>,
  places: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  if (!Number.isSafeInteger(places) || places < 1) throw new RangeError('a limit needs at least one place');
  const waiting = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const next = waiting.next();
      if (next.done === true) return;
      try {
        await act(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: places }, work));
  if (failures.length > 0) throw failures[0];
}
