import type { FunctionError } from './protocol.ts';

/** Why an asynchronous call went to its destination. */
export type DestinationCondition = 'Success' | 'UnhandledInvocationError' | 'Expired';

/** What is known about a finished asynchronous call. */
export interface FinishedCall {
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: DestinationCondition;
  readonly tries: number;
  readonly requestPayload: Buffer;
  /** Absent when the call aged out before its first try. */
  readonly responsePayload: string | undefined;
  readonly atMs: number;
}

/**
 * The event that a destination function receives: the call's payload and what became of it, as text in text.
 *
 * @see Result callback (destinations), Function Compute documentation. `condition`, `functionArn` and `functionError`
 *   are inferred; the documentation shows neither an aged-out call nor whether payloads are objects or texts.
 */
export function destinationPayload(call: FinishedCall): Buffer {
  const functionError = call.condition === 'Success' ? {} : { functionError: call.condition };
  return Buffer.from(
    JSON.stringify({
      timestamp: call.atMs,
      requestContext: {
        requestId: call.requestId,
        functionArn: call.functionArn,
        condition: call.condition,
        approximateInvokeCount: call.tries,
      },
      requestPayload: call.requestPayload.toString('utf8'),
      responseContext: { statusCode: 200, ...functionError },
      responsePayload: call.responsePayload ?? '',
    }),
  );
}

/** The JSON text FC answers with when a function failed. */
export function errorBody(error: FunctionError): string {
  return JSON.stringify(error);
}
