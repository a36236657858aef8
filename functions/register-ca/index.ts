import { readFunctionContext } from '../../shared/events/function-context.ts';
import { decodeFunctionEvent } from '../../shared/events/function-event.ts';
import { composeRegisterCa } from './compose.ts';

/**
 * What Function Compute calls: an upload under `inbox/`, or the timer. A rejection makes the platform bring the event
 * again; its message names the error and nothing from outside.
 */
export async function handler(raw: Buffer, context: unknown): Promise<string> {
  const run = await composeRegisterCa(readFunctionContext(context), process.env);
  await run(decodeFunctionEvent(raw));
  return '{"ok":true}';
}
