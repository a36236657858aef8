import type { FunctionEvent } from '../core/function-event.ts';
import { readPayload, unreadablePayload } from './event-payload.ts';
import { parseObjectEvents } from './oss-event.ts';
import { parseTick } from './timer-event.ts';

/** Decodes the raw event of the register function: an OSS trigger's or a timer's. Never throws. */
export function decodeFunctionEvent(raw: Buffer): FunctionEvent {
  const payload = readPayload(raw);
  if (payload.kind === 'unreadable') return payload;
  const events = parseObjectEvents(payload.json);
  if (events !== undefined) return { kind: 'objects', events };
  return parseTick(payload.json) ?? unreadablePayload('unknown-shape', raw);
}
