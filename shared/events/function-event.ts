import * as v from 'valibot';
import { sha256Hex } from '../core/digest.ts';
import type { FunctionEvent, UnreadableEvent } from '../core/function-event.ts';
import { parseIso } from '../core/time.ts';
import { parseObjectEvents } from './oss-event.ts';

/** FC takes asynchronous payloads of at most 128 KB. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

const TimerEvent = v.object({
  triggerTime: v.pipe(v.string(), v.maxLength(40)),
  triggerName: v.pipe(v.string(), v.maxLength(256)),
  payload: v.optional(v.nullable(v.string())),
});

/** Decodes the raw event of a function: an OSS trigger's or a timer's. Never throws. */
export function decodeFunctionEvent(raw: Buffer): FunctionEvent {
  if (raw.length > MAX_PAYLOAD_BYTES) return unreadable('too-large', raw);
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    return unreadable('not-json', raw); // what is wrong with the text does not help anyone: it is not an event
  }
  const events = parseObjectEvents(json);
  if (events !== undefined) return { kind: 'objects', events };
  const tick = v.safeParse(TimerEvent, json);
  const triggerTime = tick.success ? parseIso(tick.output.triggerTime) : undefined;
  if (!tick.success || triggerTime === undefined) return unreadable('unknown-shape', raw);
  return { kind: 'tick', triggerTime, triggerName: tick.output.triggerName };
}

function unreadable(reason: UnreadableEvent, raw: Buffer): FunctionEvent {
  return { kind: 'unreadable', reason, payloadHash: sha256Hex(raw) };
}
