import * as v from 'valibot';
import { type DurationMs, durationMs } from '../core/time.ts';

/** What Function Compute hands a handler besides the event, as far as it is used. */
export interface FunctionContext {
  readonly requestId: string;
  /** Temporary credentials of the function's role; they rotate, so they are used for this one call. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string | undefined;
  };
  /** As it is deployed, prefix included. */
  readonly functionName: string;
  /** The account the function belongs to; digits. */
  readonly accountId: string | undefined;
  /** How long this call may take in all. */
  readonly timeout: DurationMs;
}

const Text = v.pipe(v.string(), v.minLength(1));

const Shape = v.object({
  requestId: Text,
  credentials: v.object({ accessKeyId: Text, accessKeySecret: Text, securityToken: v.optional(v.string()) }),
  function: v.object({
    name: Text,
    // The Go client carries numbers as strings; nothing says that Node's does not.
    timeout: v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.number(), v.minValue(1)),
  }),
  accountId: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(String), v.regex(/^\d{1,20}$/))),
});

/** The context is not what the platform documents; without credentials, most likely the function has no role. */
export class UnusableContextError extends Error {
  override readonly name = 'UnusableContextError';
}

/**
 * Reads the context object of FC 3.0's Node.js runtime.
 *
 * @throws UnusableContextError naming the missing part, never its value.
 */
export function readFunctionContext(context: unknown): FunctionContext {
  const read = v.safeParse(Shape, context);
  if (!read.success) {
    const paths = read.issues.map((issue) => v.getDotPath(issue) ?? 'context');
    throw new UnusableContextError(`the call context lacks ${paths.join(', ')}: does the function have a role?`);
  }
  const { accountId, credentials, function: fn, requestId } = read.output;
  return {
    requestId,
    credentials: { ...credentials, securityToken: credentials.securityToken },
    functionName: fn.name,
    accountId,
    timeout: durationMs(fn.timeout * 1000),
  };
}
