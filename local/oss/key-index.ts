/**
 * Compares two well-formed strings as their UTF-8 bytes compare, which is how OSS orders keys. JavaScript compares
 * UTF-16 units; the two orders differ only where a surrogate (U+10000 and up) meets U+E000 to U+FFFF.
 */
export function compareUtf8(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const a = one.charCodeAt(at);
    const b = other.charCodeAt(at);
    if (a === b) continue;
    const aIsSurrogate = a >= 0xd800 && a <= 0xdfff;
    const bIsSurrogate = b >= 0xd800 && b <= 0xdfff;
    return aIsSurrogate === bIsSurrogate ? a - b : aIsSurrogate ? 1 : -1;
  }
  return one.length - other.length;
}

/**
 * Values by key, with the keys kept in UTF-8 byte order. Finding a position costs O(log n); an insertion moves the
 * tail of one array, which is microseconds for the tens of thousands of objects a local bucket holds.
 */
export class KeyIndex<Value> {
  readonly #values = new Map<string, Value>();
  #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** All values, in no particular order. */
  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  keyAt(position: number): string | undefined {
    return this.#keys[position];
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#keys.splice(this.lowerBound(key), 0, key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.lowerBound(key), 1);
  }

  /** Replaces the whole content; sorts once. */
  load(entries: Iterable<readonly [string, Value]>): void {
    this.#values.clear();
    for (const [key, value] of entries) this.#values.set(key, value);
    this.#keys = [...this.#values.keys()].sort(compareUtf8);
  }

  /** The position of the first key that is not before `key`. */
  lowerBound(key: string): number {
    return this.#partition((candidate) => compareUtf8(candidate, key) < 0);
  }

  /** The position of the first key after `key`. */
  upperBound(key: string): number {
    return this.#partition((candidate) => compareUtf8(candidate, key) <= 0);
  }

  /** The position of the first key after all keys that begin with `prefix`. */
  endOfPrefix(prefix: string): number {
    return this.#partition((candidate) => candidate.startsWith(prefix) || compareUtf8(candidate, prefix) < 0);
  }

  #partition(isBefore: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const key = this.#keys[middle];
      if (key !== undefined && isBefore(key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
