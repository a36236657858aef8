/** Byte strings of any length, one per row, packed end to end: four bytes a row beside the bytes themselves. */
export interface PackedColumn {
  readonly push: (value: Uint8Array) => void;
  /** The bytes of a row: a view, not a copy. */
  readonly at: (row: number) => Buffer;
  /** Byte by byte, a prefix first: the order of the same bytes written as hex. */
  readonly compare: (row: number, other: number) => number;
}

const FIRST_BYTES = 1024;
const FIRST_ROWS = 64;
const MAX_BYTES = 2 ** 31; // far below what Buffer holds, far above a million serials; only whole fleets of PEMs reach it

/** Twice the room, or as much more as is needed. */
const roomFor = (held: number, needed: number): number => Math.max(held * 2, needed);

/** A column without rows. */
export function createPackedColumn(): PackedColumn {
  let bytes = Buffer.allocUnsafe(FIRST_BYTES);
  let ends = new Uint32Array(FIRST_ROWS);
  let rows = 0;
  let used = 0;

  const endOf = (row: number): number => (row < 0 ? 0 : (ends[row] ?? 0));
  const makeRoom = (length: number): void => {
    if (used + length > MAX_BYTES) throw new RangeError('a column of the device table is full');
    if (used + length > bytes.length) {
      const wider = Buffer.allocUnsafe(roomFor(bytes.length, used + length));
      bytes.copy(wider, 0, 0, used);
      bytes = wider;
    }
    if (rows === ends.length) {
      const longer = new Uint32Array(roomFor(ends.length, rows + 1));
      longer.set(ends);
      ends = longer;
    }
  };
  return {
    push: (value) => {
      makeRoom(value.length);
      bytes.set(value, used);
      used += value.length;
      ends[rows] = used;
      rows += 1;
    },
    at: (row) => bytes.subarray(endOf(row - 1), endOf(row)),
    compare: (row, other) => {
      // By hand: a sort asks millions of times, and for ten bytes a call into Buffer.compare costs more than the loop.
      const end = endOf(row);
      const otherEnd = endOf(other);
      let at = endOf(row - 1);
      let otherAt = endOf(other - 1);
      for (; at < end && otherAt < otherEnd; at += 1, otherAt += 1) {
        const difference = (bytes[at] ?? 0) - (bytes[otherAt] ?? 0);
        if (difference !== 0) return difference;
      }
      return end - at - (otherEnd - otherAt);
    },
  };
}
