import { parseCaSerial } from '../serial.ts';
import type { CaMemory, ListMemory } from './list-index.ts';

const SCHEMA = 1;
const HASH_OCTETS = 8;
const LINE_END = 0x0a;
/** 10,000 CAs with the longest serials fit four times over. */
const HEADER_MAX_OCTETS = 4 * 1024 * 1024;

/** Longest memory object there can be: two million devices, their CAs, and room. */
export const LIST_MEMORY_MAX_BYTES = 24 * 1024 * 1024;

/**
 * The bytes of a memory object: one line of JSON (`schema`, `digest`, and for each CA its serial and count), then for
 * each CA its hashes (8 octets each, words least significant octet first) and its memory bytes.
 */
export function encodeListMemory({ digest, cas }: ListMemory): Buffer {
  const header = { schema: SCHEMA, digest, cas: cas.map(({ ca, memory }) => ({ ca, count: memory.length })) };
  const parts = cas.flatMap(({ hashes, memory }) => [littleEndian(hashes), memory]);
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]);
}

/** Reads a memory object; `undefined` for anything that is none of this version, whole and to the last octet. */
export function decodeListMemory(bytes: Buffer): ListMemory | undefined {
  const end = bytes.subarray(0, HEADER_MAX_OCTETS).indexOf(LINE_END);
  const header = end === -1 ? undefined : parseHeader(bytes.toString('utf8', 0, end));
  if (header === undefined) return undefined;
  const cas: CaMemory[] = [];
  let at = end + 1;
  for (const { ca, count } of header.cas) {
    const memoryStart = at + count * HASH_OCTETS;
    const next = memoryStart + count;
    if (next > bytes.length) return undefined;
    cas.push({
      ca,
      hashes: wordsOf(bytes.subarray(at, memoryStart)),
      memory: Uint8Array.from(bytes.subarray(memoryStart, next)),
    });
    at = next;
  }
  return at === bytes.length ? { digest: header.digest, cas } : undefined;
}

interface Header {
  readonly digest: string;
  readonly cas: readonly { readonly ca: CaMemory['ca']; readonly count: number }[];
}

function parseHeader(text: string): Header | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // cut short or not ours
  }
  if (!isObject(json) || json['schema'] !== SCHEMA || typeof json['digest'] !== 'string') return undefined;
  if (!Array.isArray(json['cas'])) return undefined;
  const cas = json['cas'].map(parseEntry);
  const present = cas.filter((entry) => entry !== undefined);
  return present.length === cas.length ? { digest: json['digest'], cas: present } : undefined;
}

function parseEntry(entry: unknown): Header['cas'][number] | undefined {
  if (!isObject(entry) || typeof entry['ca'] !== 'string') return undefined;
  const ca = parseCaSerial(entry['ca']);
  const count = entry['count'];
  if (ca === undefined || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return undefined;
  return { ca, count };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

// Every machine that Node 20 runs on keeps words least significant octet first but s390x, where nobody runs this.
function littleEndian(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function wordsOf(octets: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(octets).buffer); // copied: words begin at multiples of 4, slices anywhere
}
