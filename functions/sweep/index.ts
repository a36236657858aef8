import { readFunctionContext } from '../../shared/events/function-context.ts';
import { decodeSweepEvent } from '../../shared/events/sweep-event.ts';
import { composeSweep } from './compose.ts';

/**
 * What Function Compute calls: the timer, or the lap before. A rejection is not repeated by the platform; the next tick
 * takes the sweep up where it stands.
 */
export async function handler(raw: Buffer, context: unknown): Promise<string> {
  const run = await composeSweep(readFunctionContext(context), process.env);
  await run(decodeSweepEvent(raw));
  return '{"ok":true}';
}
