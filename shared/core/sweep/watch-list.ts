import { createHash } from 'node:crypto';
import type { InstanceId } from '../instance.ts';
import type { Etag, ObjectKey } from '../object-version.ts';
import type { CaSerial } from '../serial.ts';
import { compareAt, countOf, deviceAt, SERIAL_OCTETS } from './packed-serials.ts';
import { sortPacked } from './packed-sort.ts';
import type { WatchFileContent } from './watch-file.ts';
import type { CaTable, StarRow } from './watch-rows.ts';

/** Everything watched under one CA. */
export interface CompiledCa {
  readonly ca: CaSerial;
  /** Packed serials of the devices that are named: sorted, distinct. */
  readonly devices: Uint8Array;
  /** One octet for each of them: 1 = may be reactivated. */
  readonly reactivate: Uint8Array;
  /** There is a line with `*`: every device of this CA is watched. */
  readonly star?: { readonly reactivate: boolean };
}

/** One file that a list was made from. */
export interface CompiledFile {
  readonly key: ObjectKey;
  /** Of the version that was used. */
  readonly etag: Etag;
  readonly lines: number;
  readonly bad: number;
}

/** The watch lists of one instance as one: by CA, then by device, both in the order of their numbers. */
export interface CompiledWatchList {
  readonly instance: InstanceId;
  readonly cas: readonly CompiledCa[];
  /** 16 hex digits over everything that is watched and how, whatever files it came from. */
  readonly digest: string;
  readonly files: readonly CompiledFile[];
}

/** A file that goes into a list. */
export interface ListedFile {
  readonly key: ObjectKey;
  readonly etag: Etag;
  readonly content: WatchFileContent;
}

/**
 * Makes one list of the files of an instance. Lines that say the same are one; where one says yes and one says no,
 * no is taken and the later line is counted as bad. The rows of the files are used up.
 *
 * @param files - In the order of their keys, so that the same files always give the same words.
 */
export function compileWatchList(
  instance: InstanceId,
  table: CaTable,
  files: readonly ListedFile[],
): CompiledWatchList {
  const origins = createOrigins(files);
  const groups = gather(table, files, origins);
  const stars = mergeStars(files, origins);
  const cas = [...new Set([...groups.keys(), ...stars.keys()])].sort(bySerial).map((ca): CompiledCa => {
    const star = stars.get(ca);
    return { ca, ...distinct(groups.get(ca), origins), ...(star === undefined ? {} : { star }) };
  });
  return {
    instance,
    cas,
    digest: digestOf(instance, cas),
    files: files.map(({ key, etag, content }) => ({ key, etag, lines: content.lines, bad: content.bad().count })),
  };
}

/** Lines of all files numbered in one row, and what becomes of two that contradict each other. */
interface Origins {
  /** The number of a file's line 0. */
  readonly bases: readonly number[];
  readonly contradict: (device: string, a: number, b: number) => void;
}

function createOrigins(files: readonly ListedFile[]): Origins {
  const bases: number[] = [];
  let next = 0;
  for (const { content } of files) {
    bases.push(next);
    next += content.lastLine + 1;
  }
  const placeOf = (origin: number): { readonly file: ListedFile | undefined; readonly line: number } => {
    const index = bases.findLastIndex((base) => base <= origin);
    return { file: files[index], line: origin - (bases[index] ?? 0) };
  };
  return {
    bases,
    contradict: (device, a, b) => {
      const earlier = placeOf(Math.min(a, b));
      const later = placeOf(Math.max(a, b));
      const where = earlier.file === later.file ? '' : ` of ${(earlier.file?.key ?? '').replace(/^.*\//, '')}`;
      const cell = `${device}, line ${String(earlier.line)}${where}`;
      later.file?.content.addBad(later.line, { code: 'contradictory', cell });
    },
  };
}

interface Group {
  readonly devices: Uint8Array<ArrayBuffer>;
  readonly reactivate: Uint8Array<ArrayBuffer>;
  readonly origin: Uint32Array;
  count: number;
}

/** Hands the rows out to their CAs, chunk by chunk, so that hardly anything is there twice. */
function gather(table: CaTable, files: readonly ListedFile[], origins: Origins): ReadonlyMap<CaSerial, Group> {
  const chunks = files.flatMap(({ content }, index) => {
    const taken = [];
    for (let chunk = content.rows.take(); chunk !== undefined; chunk = content.rows.take()) {
      taken.push({ chunk, base: origins.bases[index] ?? 0 });
    }
    return taken;
  });
  const sizes = new Uint32Array(table.cas.length);
  for (const { chunk } of chunks) {
    for (let row = 0; row < chunk.count; row += 1) {
      const ca = chunk.ca[row] ?? 0;
      sizes[ca] = (sizes[ca] ?? 0) + 1;
    }
  }
  const groups = Array.from(sizes, emptyGroup);
  for (let next = chunks.shift(); next !== undefined; next = chunks.shift()) {
    const { chunk, base } = next;
    for (let row = 0; row < chunk.count; row += 1) {
      const group = groups[chunk.ca[row] ?? 0];
      if (group === undefined) continue;
      const { count } = group;
      group.devices.set(chunk.devices.subarray(row * SERIAL_OCTETS, (row + 1) * SERIAL_OCTETS), count * SERIAL_OCTETS);
      group.reactivate[count] = chunk.reactivate[row] ?? 0;
      group.origin[count] = base + (chunk.line[row] ?? 0);
      group.count += 1;
    }
  }
  return new Map(
    table.cas.flatMap((ca, number): [CaSerial, Group][] => {
      const group = groups[number];
      return group === undefined || group.count === 0 ? [] : [[ca, group]];
    }),
  );
}

function emptyGroup(size: number): Group {
  return {
    devices: new Uint8Array(size * SERIAL_OCTETS),
    reactivate: new Uint8Array(size),
    origin: new Uint32Array(size),
    count: 0,
  };
}

/** Sorts a group and keeps every serial once. */
function distinct(
  group: Group | undefined,
  origins: Origins,
): { readonly devices: Uint8Array; readonly reactivate: Uint8Array } {
  if (group === undefined) return { devices: new Uint8Array(0), reactivate: new Uint8Array(0) };
  const { devices, reactivate, origin } = group;
  sortPacked(devices, [reactivate, origin]);
  let kept = 0;
  for (let row = 0; row < group.count; ) {
    let end = row + 1;
    while (end < group.count && compareAt(devices, row, devices, end) === 0) end += 1;
    devices.copyWithin(kept * SERIAL_OCTETS, row * SERIAL_OCTETS, (row + 1) * SERIAL_OCTETS);
    reactivate[kept] = agreed(group, row, end, origins);
    kept += 1;
    row = end;
  }
  if (kept === group.count) return { devices, reactivate };
  return { devices: devices.slice(0, kept * SERIAL_OCTETS), reactivate: reactivate.slice(0, kept) };
}

/** What the equal rows say together: yes only when all of them do. */
function agreed({ devices, reactivate, origin }: Group, from: number, to: number, origins: Origins): number {
  const first = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]; // the first line that says no, and yes
  for (let row = from; row < to; row += 1) {
    const said = reactivate[row] ?? 0;
    first[said] = Math.min(first[said] ?? 0, origin[row] ?? 0);
  }
  const [no = 0, yes = 0] = first;
  if (no === Number.POSITIVE_INFINITY) return 1;
  if (yes !== Number.POSITIVE_INFINITY) origins.contradict(deviceAt(devices, from), no, yes);
  return 0;
}

function mergeStars(
  files: readonly ListedFile[],
  origins: Origins,
): ReadonlyMap<CaSerial, { readonly reactivate: boolean }> {
  const merged = new Map<CaSerial, StarRow>();
  files.forEach(({ content }, index) => {
    for (const star of content.rows.stars()) {
      const origin = (origins.bases[index] ?? 0) + star.line;
      const before = merged.get(star.ca);
      if (before === undefined) merged.set(star.ca, { ...star, line: origin });
      else if (before.reactivate !== star.reactivate) {
        origins.contradict('*', before.line, origin);
        merged.set(star.ca, { ...before, reactivate: false });
      }
    }
  });
  return new Map([...merged].map(([ca, { reactivate }]) => [ca, { reactivate }]));
}

function bySerial(a: CaSerial, b: CaSerial): number {
  if (a.length !== b.length) return a.length - b.length; // canonical: the longer number is the larger one
  return a < b ? -1 : a > b ? 1 : 0;
}

function digestOf(instance: InstanceId, cas: readonly CompiledCa[]): string {
  const hash = createHash('sha256').update(instance);
  for (const { ca, devices, reactivate, star } of cas) {
    const header = [ca, countOf(devices), star === undefined ? 'named' : star.reactivate ? 'all-yes' : 'all-no'];
    hash
      .update(`\n${header.join(' ')}\n`)
      .update(devices)
      .update(reactivate);
  }
  return hash.digest('hex').slice(0, 16);
}
