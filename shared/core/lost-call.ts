import { displayText } from './display-text.ts';
import type { FunctionEvent, ObjectEvent, SweepEvent } from './function-event.ts';
import type { Outcome } from './outcome.ts';
import { type EpochMs, isoOf } from './time.ts';

/** What a lost call carried: an upload, a tick, or a lap of a sweep that called itself. */
export type LostEvent = FunctionEvent | SweepEvent;

/** A call that the platform gave up on, as its failure destination is told. */
export interface LostCall {
  /** As the platform named it, prefix included; empty when it can not be told. */
  readonly functionName: string;
  /** The request id of the call, or a hash of what was delivered when there is none. */
  readonly callId: string;
  /** `expired`: never ran, it waited too long; `unreadable`: what was delivered is no failure notice. */
  readonly cause: 'failed' | 'expired' | 'unreadable';
  /** Undefined when the platform did not say. */
  readonly tries: number | undefined;
  /** Class of the last error, shaped like a name; empty for a timeout, a crash, or when it can not be told. */
  readonly errorType: string;
  /** When the platform gave up. */
  readonly at: EpochMs | undefined;
  readonly event: LostEvent;
}

/** The outcome that keeps a lost call from being lost: `tick-expired` for an aged-out tick, `event-lost` for the rest. */
export function outcomeOfLostCall(call: LostCall): Outcome {
  const { callId, cause, event, functionName } = call;
  const isExpiredTick = cause === 'expired' && event.kind === 'tick';
  const object = event.kind === 'objects' ? event.events[0] : undefined;
  return {
    kind: isExpiredTick ? 'tick-expired' : 'event-lost',
    functionName,
    callId,
    reason: cause,
    sentence: `${nounOf(event)} ${fateOf(call)}.`,
    ...(object === undefined ? {} : { object: { key: object.key, etag: object.etag }, claims: object.claims }),
    ...(event.kind === 'lap' ? { sweepId: event.sweepId } : {}),
  };
}

/** Longest part of a key in a sentence; the record has a field with more of it. */
const KEY_CHARACTERS = 120;

function nounOf(event: LostEvent): string {
  switch (event.kind) {
    case 'objects':
      return uploadsOf(event.events);
    case 'tick':
      return `the tick of ${isoOf(event.triggerTime)}`;
    case 'lap':
      return `lap ${String(event.lap)} of the sweep ${event.sweepId}`;
    case 'unreadable':
      return `an event that can not be read (${event.reason}, SHA-256 ${event.payloadHash.slice(0, 16)})`;
  }
}

function uploadsOf(events: readonly ObjectEvent[]): string {
  const [first, ...others] = events;
  const key = displayText(first?.key ?? '', KEY_CHARACTERS);
  return others.length === 0 ? `the upload of ${key}` : `the uploads of ${key} and ${String(others.length)} more`;
}

function fateOf({ cause, errorType, tries }: LostCall): string {
  switch (cause) {
    case 'expired':
      return 'was never run';
    case 'unreadable':
      return 'came instead of a failure notice';
    case 'failed': {
      const times = tries === undefined ? 'every time' : tries === 1 ? 'once' : `${String(tries)} times`;
      return errorType === '' ? `failed ${times}` : `failed ${times}, at last with ${errorType}`;
    }
  }
}
