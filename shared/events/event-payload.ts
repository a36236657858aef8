import { sha256Hex } from '../core/digest.ts';
import type { UnreadableEvent } from '../core/function-event.ts';

/** FC takes asynchronous payloads of at most 128 KB. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** Bytes that are no event; the hash lets the same ones be told once. */
export interface UnreadablePayload {
  readonly kind: 'unreadable';
  readonly reason: UnreadableEvent;
  /** SHA-256, hex. */
  readonly payloadHash: string;
}

/** Reads the raw event of a function as JSON; never throws. */
export function readPayload(
  raw: Buffer,
  maxBytes = MAX_PAYLOAD_BYTES,
): { readonly kind: 'json'; readonly json: unknown } | UnreadablePayload {
  if (raw.length > maxBytes) return unreadablePayload('too-large', raw);
  try {
    return { kind: 'json', json: JSON.parse(raw.toString('utf8')) as unknown };
  } catch {
    return unreadablePayload('not-json', raw); // what is wrong with the text does not help anyone: it is not an event
  }
}

/** Names bytes that can not be used. */
export function unreadablePayload(reason: UnreadableEvent, raw: Buffer): UnreadablePayload {
  return { kind: 'unreadable', reason, payloadHash: sha256Hex(raw) };
}
