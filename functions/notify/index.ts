import { readFunctionContext } from '../../shared/events/function-context.ts';
import { composeNotify } from './compose.ts';

/**
 * What Function Compute calls every minute. What calls it, and with what, makes no difference: there is one thing to do,
 * and a lease lets one run do it. A rejection is not repeated by the platform; the next minute takes up what is left.
 */
export async function handler(_raw: Buffer, context: unknown): Promise<string> {
  const run = await composeNotify(readFunctionContext(context), process.env);
  await run();
  return '{"ok":true}';
}
