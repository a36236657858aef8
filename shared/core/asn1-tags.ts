/** Identifier octets of the universal ASN.1 types met in certificates (X.690 section 8.1.2), constructed bit included. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a constructed, explicitly tagged field `[number]`. */
export function contextTag(number: number): number {
  return 0xa0 | number;
}
