import type { CaSerial } from '../serial.ts';
import { packInto, SERIAL_OCTETS } from './packed-serials.ts';
import type { WatchEntry } from './watch-line.ts';

/** More CAs than any instance can hold; every one costs a little memory of its own. */
export const MAX_CAS = 10_000;

/** The CAs of one instance, numbered in the order they were met, by all its files together. */
export interface CaTable {
  /** The number of a CA; `undefined` for a new one beyond {@link MAX_CAS}. */
  readonly numberOf: (ca: CaSerial) => number | undefined;
  readonly cas: readonly CaSerial[];
}

/** Starts a table. */
export function createCaTable(): CaTable {
  const numbers = new Map<CaSerial, number>();
  const cas: CaSerial[] = [];
  return {
    cas,
    numberOf: (ca) => {
      const known = numbers.get(ca);
      if (known !== undefined || cas.length === MAX_CAS) return known;
      numbers.set(ca, cas.length);
      cas.push(ca);
      return cas.length - 1;
    },
  };
}

/** Rows of named devices, column by column; only the first `count` elements are rows. */
export interface RowChunk {
  readonly devices: Uint8Array<ArrayBuffer>;
  readonly ca: Uint16Array;
  /** 1 = yes. */
  readonly reactivate: Uint8Array;
  readonly line: Uint32Array;
  count: number;
}

/** A line with `*`. */
export interface StarRow {
  readonly ca: CaSerial;
  readonly reactivate: boolean;
  readonly line: number;
}

/** What one file names: 27 octets a line, given back as a whole when the file turns out to be useless. */
export interface WatchRows {
  /** `false` when the instance would have too many CAs. */
  readonly add: (entry: WatchEntry, line: number) => boolean;
  /** Lines that name one device. */
  readonly named: () => number;
  /** Different lines with `*`. */
  readonly stars: () => readonly StarRow[];
  /** Gives the chunks away, first to last; they are not kept. */
  readonly take: () => RowChunk | undefined;
}

const FIRST_CHUNK = 64;
const LARGEST_CHUNK = 65_536;

/** Starts the rows of one file. */
export function createWatchRows(table: CaTable): WatchRows {
  const chunks: RowChunk[] = [];
  const stars = new Map<string, StarRow>();
  let named = 0;

  const chunkWithRoom = (): RowChunk => {
    const last = chunks.at(-1);
    if (last !== undefined && last.count < last.ca.length) return last;
    const chunk = emptyChunk(Math.min(LARGEST_CHUNK, last === undefined ? FIRST_CHUNK : last.ca.length * 4));
    chunks.push(chunk);
    return chunk;
  };

  return {
    add: ({ ca, device, reactivate }, line) => {
      const number = table.numberOf(ca);
      if (number === undefined) return false;
      if (device === '*') {
        const key = `${String(number)} ${String(reactivate)}`;
        if (!stars.has(key)) stars.set(key, { ca, reactivate, line });
        return true;
      }
      const chunk = chunkWithRoom();
      packInto(chunk.devices, chunk.count, device);
      chunk.ca[chunk.count] = number;
      chunk.reactivate[chunk.count] = reactivate ? 1 : 0;
      chunk.line[chunk.count] = line;
      chunk.count += 1;
      named += 1;
      return true;
    },
    named: () => named,
    stars: () => [...stars.values()],
    take: () => chunks.shift(),
  };
}

function emptyChunk(rows: number): RowChunk {
  return {
    devices: new Uint8Array(rows * SERIAL_OCTETS),
    ca: new Uint16Array(rows),
    reactivate: new Uint8Array(rows),
    line: new Uint32Array(rows),
    count: 0,
  };
}
