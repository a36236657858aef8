import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A million devices, one byte each, and room. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Octets as a text for JSON; a list of mostly healthy devices shrinks to next to nothing. */
export function packBytes(bytes: Uint8Array): string {
  return deflateRawSync(bytes).toString('base64');
}

/** The octets again; `undefined` for a text that is damaged or unpacks to more than any list has. */
export function unpackBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES }));
  } catch {
    return undefined; // cut short or not ours: whoever reads it begins again
  }
}
