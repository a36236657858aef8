/** One field of a protobuf message; which member is there follows from the wire type. */
export type ProtobufField =
  | { readonly number: number; readonly wire: 'varint'; readonly value: number }
  | { readonly number: number; readonly wire: 'fixed32'; readonly value: number }
  | { readonly number: number; readonly wire: 'fixed64' }
  | { readonly number: number; readonly wire: 'bytes'; readonly bytes: Buffer };

/** The bytes are not a protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

interface Varint {
  readonly value: number;
  readonly next: number;
}

const VARINT_MAX_BYTES = 10;

/** Base-128 number, lowest group first. Past 2^53 the value is only near, which no field we read ever needs. */
function readVarint(bytes: Buffer, start: number): Varint {
  let value = 0;
  for (let index = 0; index < VARINT_MAX_BYTES; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw new ProtobufError('a number is cut off');
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  throw new ProtobufError('a number has more than ten bytes');
}

interface FieldAt {
  readonly field: ProtobufField;
  readonly next: number;
}

function readField(bytes: Buffer, start: number): FieldAt {
  const key = readVarint(bytes, start);
  const number = Math.floor(key.value / 8);
  if (number === 0) throw new ProtobufError('field number 0');
  const need = (size: number): number => {
    if (key.next + size > bytes.length) throw new ProtobufError('a field is cut off');
    return key.next + size;
  };
  switch (key.value % 8) {
    case 0: {
      const { value, next } = readVarint(bytes, key.next);
      return { field: { number, wire: 'varint', value }, next };
    }
    case 1:
      return { field: { number, wire: 'fixed64' }, next: need(8) };
    case 2: {
      const { value: length, next } = readVarint(bytes, key.next);
      if (length > bytes.length - next) throw new ProtobufError('a field is cut off');
      return { field: { number, wire: 'bytes', bytes: bytes.subarray(next, next + length) }, next: next + length };
    }
    case 5: {
      const next = need(4);
      return { field: { number, wire: 'fixed32', value: bytes.readUInt32LE(key.next) }, next };
    }
    default:
      throw new ProtobufError('a wire type of proto2 groups or none at all'); // 3 and 4 are groups, never used here
  }
}

/** The fields of a message in the order they came; throws a ProtobufError for anything that is not a message. */
export function* readFields(bytes: Buffer): Generator<ProtobufField> {
  for (let at = 0; at < bytes.length; ) {
    const { field, next } = readField(bytes, at);
    yield field;
    at = next;
  }
}
