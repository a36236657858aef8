/** The part of node-forge's ASN.1 reader this project uses; the package ships no types. */
declare module 'node-forge/lib/asn1.js' {
  /** One ASN.1 value. Primitive values are byte strings (one character per octet); BMPString arrives decoded. */
  export interface Asn1Node {
    /** 0x00 universal, 0x40 application, 0x80 context-specific, 0xc0 private. */
    readonly tagClass: number;
    /** The tag number, 0 to 31; 31 stands for the multi-octet form, which the reader does not know. */
    readonly type: number;
    readonly constructed: boolean;
    readonly value: string | readonly Asn1Node[];
  }

  /** What `fromDer` reads from: node-forge's own ByteStringBuffer, or anything that behaves alike. */
  export interface ByteSource {
    /** Octets left. */
    length(): number;
    getByte(): number;
    getInt16(): number;
    /** A big-endian unsigned number of 8, 16, 24 or 32 bits. */
    getInt(bits: number): number;
    /** The next octets as a byte string, without moving. */
    bytes(count: number): string;
    /** The next octets as a byte string. */
    getBytes(count: number): string;
    /** Where the next octet is read. */
    read: number;
  }

  interface Asn1Reader {
    fromDer(
      bytes: string | ByteSource,
      options: {
        strict: boolean;
        parseAllBytes: boolean;
        decodeBitStrings: boolean;
        maxDepth: number;
      },
    ): Asn1Node;
    /** Reads a length; `undefined` for the indefinite form. Expects the octet after the tag. */
    getBerValueLength(bytes: ByteSource): number | undefined;
    derToOid(bytes: string): string;
  }

  const asn1: Asn1Reader;
  export default asn1;
}
