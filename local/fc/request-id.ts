import { randomBytes } from 'node:crypto';

/** A request id of FC's form: `1-<seconds, hex>-<24 hex digits>`. */
export function newRequestId(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000) % 0x1_0000_0000;
  return `1-${seconds.toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
}
