/** Writes DER from its end to its start, into one buffer: a length is known once its content is there. */
export interface DerWriter {
  readonly bytes: (value: Uint8Array) => void;
  /** Notes where an element ends; give the number to `close`. */
  readonly end: () => number;
  /** Puts tag and length before everything written since `end`. */
  readonly close: (tag: number, end: number) => void;
  /** An element of these very bytes. */
  readonly element: (tag: number, value: Uint8Array) => void;
  /** What was written. */
  readonly finish: () => Buffer;
}

/** A writer for at most `capacity` bytes; it throws a RangeError past that. */
export function createDerWriter(capacity: number): DerWriter {
  const buffer = Buffer.allocUnsafe(capacity);
  let at = capacity;
  const byte = (value: number): void => {
    at -= 1;
    buffer.writeUInt8(value, at);
  };
  const bytes = (value: Uint8Array): void => {
    at -= value.length;
    buffer.set(value, at);
  };
  const close = (tag: number, end: number): void => {
    const length = end - at; // X.690 8.1.3; two length bytes reach as far as any capacity asked for here
    if (length > 0xffff) throw new RangeError('the element is too long for this writer');
    byte(length & 0xff);
    if (length >= 0x100) byte(length >>> 8);
    if (length >= 0x80) byte(length >= 0x100 ? 0x82 : 0x81);
    byte(tag);
  };
  return {
    bytes,
    end: () => at,
    close,
    element: (tag, value) => {
      const end = at;
      bytes(value);
      close(tag, end);
    },
    finish: () => buffer.subarray(at),
  };
}
