/** One DER element: its tag byte, its whole encoding and its content. */
export interface DerElement {
  readonly tag: number;
  readonly encoded: Buffer;
  readonly content: Buffer;
}

/** The bytes are not the DER they should be. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

interface Length {
  readonly value: number;
  readonly next: number;
}

/** X.690 8.1.3 and 10.1: definite form, shortest encoding. Four length bytes are more than any certificate needs. */
function readLength(bytes: Buffer, at: number): Length {
  const first = bytes[at];
  if (first === undefined) throw new DerError('the length is missing');
  if (first < 0x80) return { value: first, next: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || at + 1 + count > bytes.length) throw new DerError('the length is not definite');
  const value = bytes.readUIntBE(at + 1, count);
  if (value < 0x80 || value < 2 ** (8 * (count - 1))) throw new DerError('the length is not the shortest');
  return { value, next: at + 1 + count };
}

function readElement(bytes: Buffer, at: number): DerElement {
  const tag = bytes[at];
  if (tag === undefined || (tag & 0x1f) === 0x1f) throw new DerError('the tag is missing or has several bytes');
  const { value, next } = readLength(bytes, at + 1);
  if (next + value > bytes.length) throw new DerError('the content is cut off');
  return { tag, encoded: bytes.subarray(at, next + value), content: bytes.subarray(next, next + value) };
}

/** Reads the elements that fill `bytes` exactly. */
export function readElements(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes, at);
    elements.push(element);
    at += element.encoded.length;
  }
  return elements;
}

/** Reads the one element that fills `bytes` exactly and checks its tag. */
export function readOnly(bytes: Buffer, tag: number): DerElement {
  const [element, second] = readElements(bytes);
  if (element === undefined || second !== undefined || element.tag !== tag) throw new DerError('not the one element');
  return element;
}
