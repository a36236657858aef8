import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Two million lines may be watched; a device takes one octet here, or as many as are said. */
const MAX_DEVICES = 4 * 1024 * 1024;

/** Octets as a text for JSON; a list of mostly healthy devices shrinks to next to nothing. */
export function packBytes(bytes: Uint8Array): string {
  return deflateRawSync(bytes).toString('base64');
}

/** The octets again; `undefined` for a text that is damaged or unpacks to more than any list has. */
export function unpackBytes(text: string, octetsEach = 1): Uint8Array<ArrayBuffer> | undefined {
  try {
    const maxOutputLength = MAX_DEVICES * octetsEach;
    return Uint8Array.from(inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength }));
  } catch {
    return undefined; // cut short or not ours: whoever reads it begins again
  }
}
