import { createHash } from 'node:crypto';

/**
 * Serials for devices that nobody named: eight bytes, the first four from instance and CA, the last four counting from
 * zero. The same CA gets the same serials every time, and two CAs practically never one that is equal.
 */
export function* countedSerials(instance: string, caSerialHex: string): Generator<string, void, undefined> {
  const prefix = createHash('sha256').update(`${instance}\n${caSerialHex}`).digest().subarray(0, 4);
  prefix[0] = ((prefix[0] ?? 0) & 0x3f) | 0x40; // neither a sign byte nor a leading zero
  const start = prefix.toString('hex');
  for (let at = 0; at <= 0xffff_ffff; at += 1) yield `${start}${at.toString(16).padStart(8, '0')}`;
}
