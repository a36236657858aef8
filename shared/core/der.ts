import asn1, { type Asn1Node, type ByteSource } from 'node-forge/lib/asn1.js';

/** Bytes that are not the ASN.1 they should be. `code` says in which way. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly code: 'not-der' | 'truncated';

  constructor(code: 'not-der' | 'truncated') {
    super(`unreadable ASN.1: ${code}`);
    this.code = code;
  }
}

/** Where one element lies in its buffer: the tag octet, and the bounds of header and content. */
export interface DerElement {
  readonly tag: number;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

/** No certificate field that is parsed to its leaves nests deeper; the reader recurses, so this bounds its stack. */
const MAX_DEPTH = 16;

/**
 * A window on a buffer that node-forge's reader reads from directly. Its own ByteStringBuffer wants the whole input
 * as a byte string first and answers reads past the end with NaN; this one throws {@link DerError}.
 */
export class DerSource implements ByteSource {
  read: number;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#end = end;
    this.read = start;
  }

  length(): number {
    return this.#end - this.read;
  }

  getByte(): number {
    this.#require(1);
    const octet = this.#bytes[this.read] ?? 0;
    this.read += 1;
    return octet;
  }

  getInt16(): number {
    return this.getInt(16);
  }

  getInt(bits: number): number {
    // A length of more than four octets is more than any file here can hold.
    if (bits <= 0 || bits > 32) throw new DerError('not-der');
    this.#require(bits / 8);
    const value = this.#bytes.readUIntBE(this.read, bits / 8);
    this.read += bits / 8;
    return value;
  }

  bytes(count: number): string {
    this.#require(count);
    return this.#bytes.toString('latin1', this.read, this.read + count);
  }

  getBytes(count: number): string {
    const taken = this.bytes(count);
    this.read += count;
    return taken;
  }

  /** A source for the next `length` octets, or for as many as there are; moves this one behind them. */
  window(length: number | undefined): DerSource {
    const start = this.read;
    this.read = Math.min(this.#end, start + (length ?? this.length()));
    return new DerSource(this.#bytes, start, this.read);
  }

  /** The next octets in hex, at most `count` of them, without moving. */
  hexPrefix(count: number): string {
    return this.#bytes.toString('hex', this.read, Math.min(this.#end, this.read + count));
  }

  #require(count: number): void {
    if (count > this.length()) throw new DerError('truncated');
  }
}

/**
 * Reads the header at the source's position and moves behind the whole element, without looking inside. Lets a
 * caller take the exact bytes of a field (a name, a key) out of a certificate.
 *
 * @throws DerError for indefinite lengths, multi-octet tags, and content that reaches past the end.
 */
export function readElement(source: DerSource): DerElement {
  const start = source.read;
  const tag = source.getByte();
  if ((tag & 0x1f) === 0x1f) throw new DerError('not-der');
  const length = asn1.getBerValueLength(source);
  if (length === undefined) throw new DerError('not-der');
  if (length > source.length()) throw new DerError('truncated');
  const contentStart = source.read;
  source.read += length;
  return { tag, start, contentStart, end: source.read };
}

/** The elements inside `parent`, in order. Throws {@link DerError} when they do not fill it exactly. */
export function childrenOf(bytes: Buffer, parent: DerElement): readonly DerElement[] {
  const source = new DerSource(bytes, parent.contentStart, parent.end);
  const children: DerElement[] = [];
  while (source.length() > 0) children.push(readElement(source));
  return children;
}

/** The one element that fills `bytes` exactly; throws {@link DerError} otherwise. */
export function onlyElement(bytes: Buffer): DerElement {
  const source = new DerSource(bytes);
  const element = readElement(source);
  if (source.length() > 0) throw new DerError('not-der');
  return element;
}

/** The bytes of an element with its header. A view, not a copy. */
export function encodingOf(bytes: Buffer, element: DerElement): Buffer {
  return bytes.subarray(element.start, element.end);
}

/** The bytes inside an element. A view, not a copy. */
export function contentOf(bytes: Buffer, element: DerElement): Buffer {
  return bytes.subarray(element.contentStart, element.end);
}

/** The bytes inside an element as a byte string. */
export function textOf(bytes: Buffer, element: DerElement): string {
  return bytes.toString('latin1', element.contentStart, element.end);
}

/** Parses one value down to its leaves, at most 16 levels deep. Throws {@link DerError}. */
export function parseValue(bytes: Buffer): Asn1Node {
  try {
    // Left on, decodeBitStrings would guess structure inside keys and signatures.
    return asn1.fromDer(new DerSource(bytes), {
      strict: true,
      parseAllBytes: true,
      decodeBitStrings: false,
      maxDepth: MAX_DEPTH,
    });
  } catch (error) {
    // The reader throws plain Error for every malformed input; its text may quote the input.
    if (error instanceof DerError) throw error;
    throw new DerError('not-der');
  }
}

/** An object identifier in dotted decimals. Throws {@link DerError} for an empty, endless or over-long one. */
export function oidText(content: string): string {
  const last = content.length === 0 ? 0x80 : content.charCodeAt(content.length - 1);
  if (content.length > 64 || last >= 0x80) throw new DerError('not-der');
  try {
    return asn1.derToOid(content);
  } catch {
    // The reader refuses arcs above 53 bits; no algorithm or attribute anyone uses has one.
    throw new DerError('not-der');
  }
}

/** The members of a parsed SEQUENCE or SET. Throws {@link DerError} for a primitive value. */
export function membersOf(node: Asn1Node | undefined): readonly Asn1Node[] {
  if (node === undefined || typeof node.value === 'string') throw new DerError('not-der');
  return node.value;
}

/** The octets of a parsed primitive value as a byte string. Throws {@link DerError} for a constructed one. */
export function octetsOf(node: Asn1Node | undefined): string {
  if (node === undefined || typeof node.value !== 'string') throw new DerError('not-der');
  return node.value;
}
