import * as v from 'valibot';
import type { FunctionEvent } from '../core/function-event.ts';
import { parseIso } from '../core/time.ts';

const TimerEvent = v.object({
  triggerTime: v.pipe(v.string(), v.maxLength(40)),
  triggerName: v.pipe(v.string(), v.maxLength(256)),
  payload: v.optional(v.nullable(v.string())),
});

/** Reads the event of a timer trigger; `undefined` when it is none. */
export function parseTick(json: unknown): Extract<FunctionEvent, { kind: 'tick' }> | undefined {
  const read = v.safeParse(TimerEvent, json);
  const triggerTime = read.success ? parseIso(read.output.triggerTime) : undefined;
  if (!read.success || triggerTime === undefined) return undefined;
  return { kind: 'tick', triggerTime, triggerName: read.output.triggerName };
}
