import * as v from 'valibot';
import type { SweepEvent } from '../core/function-event.ts';
import { parseSweepId } from '../core/sweep/sweep-id.ts';
import { readPayload, unreadablePayload } from './event-payload.ts';
import { parseTick } from './timer-event.ts';

/** A million laps of a quarter of an hour are 28 years. */
const MAX_LAP = 1_000_000;

const LapCall = v.strictObject({
  sweepId: v.pipe(v.string(), v.maxLength(40)),
  lap: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_LAP)),
});

/** Decodes the raw event of the sweep function: a timer's, or `{sweepId, lap}` of its own call. Never throws. */
export function decodeSweepEvent(raw: Buffer): SweepEvent {
  const payload = readPayload(raw);
  if (payload.kind === 'unreadable') return payload;
  return parseTick(payload.json) ?? parseLap(payload.json) ?? unreadablePayload('unknown-shape', raw);
}

/** Reads the call of a sweep to itself; `undefined` when it is none. */
export function parseLap(json: unknown): Extract<SweepEvent, { kind: 'lap' }> | undefined {
  const read = v.safeParse(LapCall, json);
  const sweepId = read.success ? parseSweepId(read.output.sweepId) : undefined;
  return read.success && sweepId !== undefined ? { kind: 'lap', sweepId, lap: read.output.lap } : undefined;
}
