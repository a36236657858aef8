import { decodeDestinationEvent } from '../../shared/events/destination-event.ts';
import { readFunctionContext } from '../../shared/events/function-context.ts';
import { composeDeadLetter } from './compose.ts';

/** What Function Compute calls with each event that another function of the deployment failed for good. */
export async function handler(raw: Buffer, context: unknown): Promise<string> {
  const run = composeDeadLetter(readFunctionContext(context), process.env);
  await run(decodeDestinationEvent(raw));
  return '{"ok":true}';
}
