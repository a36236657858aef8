/** Rows by the hash of their serial: open addressing in one array of integers, at most half full. */
export interface SerialIndex {
  readonly add: (hash: number, row: number) => void;
  /** The first row of this hash that `isIt` accepts; `undefined` when there is none. */
  readonly find: (hash: number, isIt: (row: number) => boolean) => number | undefined;
  readonly remove: (hash: number, row: number) => void;
}

const EMPTY = 0;
const REMOVED = -1;
const FIRST_SLOTS = 1024; // a power of two, always

/** An index without rows. `hashOf` is asked for the rows that move when the array grows. */
export function createSerialIndex(hashOf: (row: number) => number): SerialIndex {
  let slots = new Int32Array(FIRST_SLOTS); // row + 1, so that a new array means "all empty"
  let used = 0; // removed slots count: a search has to walk over them
  let live = 0;

  const slotOf = (hash: number, isWanted: (value: number) => boolean): number => {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const value = slots[slot] ?? EMPTY;
      if (value === EMPTY || isWanted(value)) return slot;
      slot = (slot + 1) & mask;
    }
  };
  const put = (hash: number, value: number): void => {
    slots[slotOf(hash, () => false)] = value;
    used += 1;
  };
  const rebuild = (): void => {
    const values = slots;
    slots = new Int32Array(live * 4 > slots.length ? slots.length * 2 : slots.length);
    used = 0;
    for (const value of values) if (value > EMPTY) put(hashOf(value - 1), value);
  };
  return {
    add: (hash, row) => {
      if ((used + 1) * 2 > slots.length) rebuild();
      put(hash, row + 1);
      live += 1;
    },
    find: (hash, isIt) => {
      const value = slots[slotOf(hash, (candidate) => candidate !== REMOVED && isIt(candidate - 1))] ?? EMPTY;
      return value === EMPTY ? undefined : value - 1;
    },
    remove: (hash, row) => {
      const slot = slotOf(hash, (candidate) => candidate === row + 1);
      if (slots[slot] === EMPTY) return;
      slots[slot] = REMOVED;
      live -= 1;
    },
  };
}
