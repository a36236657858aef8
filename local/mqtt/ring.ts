/** The newest things of a kind, and no more of them than it has room for. */
export interface Ring<Item> {
  readonly add: (item: Item) => void;
  /** Oldest first, in the order they were added. */
  readonly list: () => readonly Item[];
  readonly clear: () => void;
}

/** A ring with room for `capacity` items. */
export function createRing<Item>(capacity: number): Ring<Item> {
  const items: Item[] = [];
  let oldest = 0;
  return {
    add: (item) => {
      if (items.length < capacity) {
        items.push(item);
        return;
      }
      items[oldest] = item;
      oldest = (oldest + 1) % capacity;
    },
    list: () => [...items.slice(oldest), ...items.slice(0, oldest)],
    clear: () => {
      items.length = 0;
      oldest = 0;
    },
  };
}
