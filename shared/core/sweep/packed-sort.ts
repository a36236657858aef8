import { countOf, SERIAL_OCTETS } from './packed-serials.ts';

/** Columns beside the serials that move with them: one element for each. */
export type CarriedColumn = Uint8Array | Uint16Array | Uint32Array;

const WORDS = SERIAL_OCTETS / 4;
/** Buckets up to this size are sorted by insertion; below it counting 256 buckets costs more than comparing. */
const SMALL = 16;

/**
 * Sorts packed serials by their octets, in place, and moves the rows of `carried` along: a radix sort from the most
 * significant octet ("American flag sort", McIlroy, Bostic and McIlroy 1993), because objects, comparators and copies
 * are what a million devices have no memory for. Equal serials come in no particular order.
 *
 * @param devices - Its start in its buffer is a multiple of 4 octets.
 */
export function sortPacked(devices: Uint8Array, carried: readonly CarriedColumn[] = []): void {
  const words = new Uint32Array(devices.buffer, devices.byteOffset, devices.length / 4);
  const swap = (a: number, b: number): void => {
    swapRows(words, a, b);
    for (const column of carried) swapElements(column, a, b);
  };
  // One pair of tables for each octet: a bucket is finished before its neighbour at the same octet is begun.
  const next = tables();
  const ends = tables();

  const sortRange = (from: number, to: number, octet: number): void => {
    if (to - from <= SMALL) {
      insertionSort(devices, { from, to, octet }, swap);
      return;
    }
    const heads = next[octet];
    const tails = ends[octet];
    if (heads === undefined || tails === undefined) return; // past the last octet: all equal
    countBuckets(devices, { from, to, octet }, heads, tails);
    permute(devices, octet, { heads, tails, swap });
    let start = from;
    for (let bucket = 0; bucket < 256; bucket += 1) {
      const end = tails[bucket] ?? start;
      if (end - start > 1) sortRange(start, end, octet + 1);
      start = end;
    }
  };
  sortRange(0, countOf(devices), 0);
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly octet: number;
}

function tables(): readonly Uint32Array[] {
  return Array.from({ length: SERIAL_OCTETS }, () => new Uint32Array(256));
}

/** Sets where each bucket begins and ends. */
function countBuckets(devices: Uint8Array, range: Range, heads: Uint32Array, tails: Uint32Array): void {
  tails.fill(0);
  for (let row = range.from; row < range.to; row += 1) {
    const octet = devices[row * SERIAL_OCTETS + range.octet] ?? 0;
    tails[octet] = (tails[octet] ?? 0) + 1;
  }
  let start = range.from;
  for (let bucket = 0; bucket < 256; bucket += 1) {
    heads[bucket] = start;
    start += tails[bucket] ?? 0;
    tails[bucket] = start;
  }
}

/** Swaps every row into its bucket. */
function permute(
  devices: Uint8Array,
  octet: number,
  { heads, tails, swap }: { heads: Uint32Array; tails: Uint32Array; swap: (a: number, b: number) => void },
): void {
  for (let bucket = 0; bucket < 256; bucket += 1) {
    for (let row = heads[bucket] ?? 0; row < (tails[bucket] ?? 0); row = heads[bucket] ?? 0) {
      const home = devices[row * SERIAL_OCTETS + octet] ?? 0;
      const place = heads[home] ?? 0;
      heads[home] = place + 1;
      if (home !== bucket) swap(row, place);
    }
  }
}

function insertionSort(devices: Uint8Array, range: Range, swap: (a: number, b: number) => void): void {
  for (let row = range.from + 1; row < range.to; row += 1) {
    for (let at = row; at > range.from && isBefore(devices, at, range.octet); at -= 1) swap(at, at - 1);
  }
}

/** Whether the row comes before the one in front of it; they are equal up to `octet`. */
function isBefore(devices: Uint8Array, row: number, octet: number): boolean {
  const end = (row + 1) * SERIAL_OCTETS;
  for (let at = row * SERIAL_OCTETS + octet; at < end; at += 1) {
    const order = (devices[at] ?? 0) - (devices[at - SERIAL_OCTETS] ?? 0);
    if (order !== 0) return order < 0;
  }
  return false;
}

function swapRows(words: Uint32Array, a: number, b: number): void {
  for (let word = 0; word < WORDS; word += 1) swapElements(words, a * WORDS + word, b * WORDS + word);
}

function swapElements(column: CarriedColumn, a: number, b: number): void {
  const kept = column[a] ?? 0;
  column[a] = column[b] ?? 0;
  column[b] = kept;
}
