/** Rows in the order a list shows them. Rows are numbered as they are added, so the order of numbers is that of time. */
export interface RowOrder {
  readonly count: () => number;
  /** Adds the newest row: a number above all before it. */
  readonly add: (row: number) => void;
  /** Removes a row that is there. */
  readonly remove: (row: number) => void;
  readonly removeWhere: (isGone: (row: number) => boolean) => void;
  /** At most `length` rows from a position; the cost is that of the rows shown and of what changed since the last. */
  readonly read: (order: ListOrder, from: number, length: number) => number[];
}

/** What a list is sorted by; the service does not say. */
export type ListOrder = 'registration' | 'serial' | 'newest-first';

/** Up to this many rows are put in or taken out one by one; more are cheaper in one pass over all. */
const FEW = 64;

/** No rows yet. `compare` orders by serial and tells any two rows apart. */
export function createRowOrder(compare: (row: number, other: number) => number): RowOrder {
  let rows = new Uint32Array(16);
  let count = 0;
  let sorted: Uint32Array | undefined; // by serial: made when a list first asks, kept in step from then on
  let sortedCount = 0; // how many of `rows`, from the oldest, are in it
  let leaving: number[] = []; // removed rows that the arrays still hold, because nobody has read since

  const takeOut = (row: number): void => {
    const at = lowerBound(rows, count, (other) => other < row);
    if (sorted !== undefined && at < sortedCount) {
      const sortedAt = lowerBound(sorted, sortedCount, (other) => compare(other, row) < 0);
      sorted.copyWithin(sortedAt, sortedAt + 1, sortedCount);
      sortedCount -= 1;
    }
    rows.copyWithin(at, at + 1, count);
    count -= 1;
  };
  const keepOnly = (isKept: (row: number) => boolean): void => {
    const kept = rows.slice(0, count).filter(isKept);
    const keptSorted = sorted?.slice(0, sortedCount).filter(isKept);
    rows.set(kept);
    count = kept.length;
    if (keptSorted !== undefined) sorted?.set(keptSorted);
    sortedCount = keptSorted?.length ?? 0;
  };
  const settle = (): void => {
    if (leaving.length === 0) return;
    const gone = leaving;
    leaving = [];
    if (gone.length <= FEW) {
      for (const row of gone) takeOut(row);
      return;
    }
    const all = new Set(gone);
    keepOnly((row) => !all.has(row));
  };
  const insertSorted = (into: Uint32Array, row: number): void => {
    const at = lowerBound(into, sortedCount, (other) => compare(other, row) < 0);
    into.copyWithin(at + 1, at, sortedCount);
    into[at] = row;
    sortedCount += 1;
  };
  const bySerial = (): Uint32Array => {
    if (sorted === undefined || count - sortedCount > FEW) {
      sorted = new Uint32Array(rows.length);
      sorted.set(rows.slice(0, count).sort(compare));
      sortedCount = count;
      return sorted;
    }
    if (sorted.length < count) sorted = longer(sorted, rows.length);
    while (sortedCount < count) insertSorted(sorted, rows[sortedCount] ?? 0);
    return sorted;
  };
  return {
    count: () => count - leaving.length,
    add: (row) => {
      if (count === rows.length) rows = longer(rows, count * 2);
      rows[count] = row;
      count += 1;
    },
    remove: (row) => {
      leaving.push(row);
    },
    removeWhere: (isGone) => {
      settle();
      keepOnly((row) => !isGone(row));
    },
    read: (order, from, length) => {
      settle();
      const end = Math.min(count, from + length);
      if (end <= from) return [];
      switch (order) {
        case 'registration':
          return [...rows.subarray(from, end)];
        case 'newest-first':
          return [...rows.subarray(count - end, count - from)].reverse();
        case 'serial':
          return [...bySerial().subarray(from, end)];
        default:
          throw new Error(`no such order: ${String(order satisfies never)}`);
      }
    },
  };
}

function longer(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length);
  copy.set(array);
  return copy;
}

/** The first position whose row is not below; `length` when all are. */
function lowerBound(array: Uint32Array, length: number, isBelow: (row: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(array[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
