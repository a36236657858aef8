/** The bytes are not an LZ4 block of the promised size. */
export class Lz4Error extends Error {
  override readonly name = 'Lz4Error';
}

const MIN_MATCH = 4;
const LONG = 15;

/** Reads the bytes that follow a length of 15: each adds up to 255, the first below 255 is the last. */
function readExtension(input: Buffer, start: number): { readonly length: number; readonly next: number } {
  let length = 0;
  for (let at = start; ; at += 1) {
    const byte = input[at];
    if (byte === undefined) throw new Lz4Error('a length is cut off');
    length += byte;
    if (byte < 255) return { length, next: at + 1 };
  }
}

/** Copies a match; it may overlap what it writes, which is how LZ4 repeats a pattern. */
function copyMatch(output: Buffer, at: number, match: { readonly offset: number; readonly length: number }): void {
  const { offset, length } = match;
  if (offset === 0 || offset > at) throw new Lz4Error('a match begins before the output');
  if (at + length > output.length) throw new Lz4Error('more output than promised');
  for (let index = 0; index < length; index += 1) output[at + index] = output[at + index - offset] ?? 0;
}

/**
 * Decompresses one raw LZ4 block (no frame, no size prefix), as PutLogs carries it.
 *
 * @param rawSize - What `x-log-bodyrawsize` promises; the output has exactly this size or the block is refused, so
 *   a small block can never grow past it.
 * @see The LZ4 block format description in the lz4 repository.
 */
export function decompressLz4Block(input: Buffer, rawSize: number): Buffer {
  const output = Buffer.alloc(rawSize);
  let from = 0;
  let to = 0;
  for (;;) {
    const token = input[from];
    if (token === undefined) throw new Lz4Error('the block ends without its last literals');
    from += 1;
    let literals = token >> 4;
    if (literals === LONG) {
      const extension = readExtension(input, from);
      literals += extension.length;
      from = extension.next;
    }
    if (from + literals > input.length) throw new Lz4Error('literals are cut off');
    if (to + literals > rawSize) throw new Lz4Error('more output than promised');
    input.copy(output, to, from, from + literals);
    from += literals;
    to += literals;
    if (from === input.length) break; // the last sequence has literals only
    if (from + 2 > input.length) throw new Lz4Error('an offset is cut off');
    const offset = input.readUInt16LE(from);
    from += 2;
    let length = (token & 0x0f) + MIN_MATCH;
    if ((token & 0x0f) === LONG) {
      const extension = readExtension(input, from);
      length += extension.length;
      from = extension.next;
    }
    copyMatch(output, to, { offset, length });
    to += length;
  }
  if (to !== rawSize) throw new Lz4Error('less output than promised');
  return output;
}
