import type { EventClaims } from './drop-outcome.ts';
import type { Etag, ObjectKey } from './object-version.ts';
import type { SweepId } from './sweep/sweep-id.ts';
import type { EpochMs } from './time.ts';

/** One object that was created, as the trigger's event tells it. Bucket, key and ETag are used, and read again. */
export interface ObjectEvent {
  readonly bucket: string;
  /** As sent: raw UTF-8. `alternateKey` is there when percent-decoding gives another text. */
  readonly key: ObjectKey;
  readonly alternateKey?: ObjectKey;
  /** Empty when the event does not say. */
  readonly etag: Etag;
  /** When the version was written, by the store's clock; absent when the event does not say. */
  readonly at?: EpochMs;
  readonly claims: EventClaims;
}

/** Why the bytes of an event can not be used. */
export type UnreadableEvent = 'not-json' | 'unknown-shape' | 'too-large';

/** What called a function, out of the raw bytes it was handed. */
export type FunctionEvent =
  | { readonly kind: 'objects'; readonly events: readonly ObjectEvent[] }
  | { readonly kind: 'tick'; readonly triggerTime: EpochMs; readonly triggerName: string }
  /** `payloadHash` (SHA-256, hex) lets the same unusable event be told once. */
  | { readonly kind: 'unreadable'; readonly reason: UnreadableEvent; readonly payloadHash: string };

/** What called the sweep function: the timer, or the lap before. */
export type SweepEvent =
  | { readonly kind: 'tick'; readonly triggerTime: EpochMs; readonly triggerName: string }
  | { readonly kind: 'lap'; readonly sweepId: SweepId; readonly lap: number }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableEvent; readonly payloadHash: string };
