import type { CaSerial } from '../serial.ts';
import { countOf, SERIAL_OCTETS } from './packed-serials.ts';

/** The memory bytes of one CA's devices, in the order of its compiled list. */
export interface CaMemory {
  readonly ca: CaSerial;
  /** Two words for each device: who its byte belongs to, in 8 octets instead of 20. */
  readonly hashes: Uint32Array;
  /** One byte for each device; what is in it is not known here. */
  readonly memory: Uint8Array;
}

/** What is remembered of every device of one list: 9 octets each. */
export interface ListMemory {
  /** Of the compiled list it belongs to. */
  readonly digest: string;
  readonly cas: readonly CaMemory[];
}

/** One CA's devices in compiled order; a compiled list's CAs are such. */
export interface OrderedDevices {
  readonly ca: CaSerial;
  /** Packed, sorted, distinct. */
  readonly devices: Uint8Array;
}

const SEEDS = [0x9747b28c, 0x3c6ef372] as const;

/** The memory of a list as it is kept: every device's byte with the hash of its serial. */
export function listMemoryOf(
  digest: string,
  cas: readonly (OrderedDevices & { readonly memory: Uint8Array })[],
): ListMemory {
  return {
    digest,
    cas: cas.map(({ ca, devices, memory }) => {
      if (memory.length !== countOf(devices)) throw new RangeError('one byte of memory for each device');
      return { ca, hashes: hashesOf(devices), memory };
    }),
  };
}

/**
 * Carries memory over to a list that may have changed: a device that stays keeps its byte, an added one begins with 0,
 * a removed one is forgotten. Serials are known again by 64 bits of hash: of a million, two are taken for one another
 * once in some ten million lists, and then one of them begins with the other's byte.
 *
 * @returns One array for each CA, in the order of `cas`.
 */
export function mergeMemory(
  previous: ListMemory | undefined,
  cas: readonly OrderedDevices[],
): readonly Uint8Array<ArrayBuffer>[] {
  const known = new Map((previous?.cas ?? []).map((memory) => [memory.ca, memory]));
  return cas.map(({ ca, devices }) => {
    const before = known.get(ca);
    if (before === undefined) return new Uint8Array(countOf(devices));
    const places = placesBefore(before, devices);
    return Uint8Array.from(places, (place) => before.memory[place] ?? 0);
  });
}

/** Where each device of a list was in the list that a memory belongs to; -1 for one that was not in it. */
export function placesBefore(before: Pick<CaMemory, 'hashes'>, devices: Uint8Array): Int32Array {
  const places = new Int32Array(countOf(devices));
  const hash = new Uint32Array(2);
  let find: ((hash: Uint32Array) => number) | undefined;
  // Both lists are sorted, so what stays comes in the same order: the next one is nearly always the one in front.
  let expected = 0;
  for (let index = 0; index < places.length; index += 1) {
    hashInto(hash, 0, devices, index);
    let found = expected;
    if (!isHashAt(before.hashes, expected, hash)) {
      find ??= createLookup(before.hashes);
      found = find(hash);
    }
    places[index] = found;
    if (found !== -1) expected = found + 1;
  }
  return places;
}

/** Open addressing over the hashes themselves: 4 octets for a slot, two slots or more for a device. */
function createLookup(hashes: Uint32Array): (hash: Uint32Array) => number {
  const count = hashes.length / 2;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  const slots = new Uint32Array(size); // index + 1; 0 is free
  for (let index = 0; index < count; index += 1) {
    let slot = (hashes[index * 2] ?? 0) & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = index + 1;
  }
  return (hash) => {
    let slot = (hash[0] ?? 0) & (size - 1);
    for (;;) {
      const taken = slots[slot] ?? 0;
      if (taken === 0) return -1;
      if (isHashAt(hashes, taken - 1, hash)) return taken - 1;
      slot = (slot + 1) & (size - 1);
    }
  };
}

function isHashAt(hashes: Uint32Array, index: number, hash: Uint32Array): boolean {
  return hashes[index * 2] === hash[0] && hashes[index * 2 + 1] === hash[1];
}

function hashesOf(devices: Uint8Array): Uint32Array {
  const hashes = new Uint32Array(countOf(devices) * 2);
  for (let index = 0; index < countOf(devices); index += 1) hashInto(hashes, index, devices, index);
  return hashes;
}

function hashInto(hashes: Uint32Array, to: number, devices: Uint8Array, from: number): void {
  const serial = devices.subarray(from * SERIAL_OCTETS, (from + 1) * SERIAL_OCTETS);
  hashes[to * 2] = murmur32(serial, SEEDS[0]);
  hashes[to * 2 + 1] = murmur32(serial, SEEDS[1]);
}

/**
 * MurmurHash3 (x86, 32 bits) of whole words, as Austin Appleby's reference has it. SHA-256 would take two seconds for a
 * million serials, and nothing hangs on a collision that someone makes on purpose.
 *
 * @param octets - A multiple of 4 of them.
 */
export function murmur32(octets: Uint8Array, seed: number): number {
  let hash = seed;
  for (let at = 0; at < octets.length; at += 4) {
    const word =
      (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8) | ((octets[at + 2] ?? 0) << 16) | ((octets[at + 3] ?? 0) << 24);
    const mixed = Math.imul(word, 0xcc9e2d51);
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash ^= octets.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
