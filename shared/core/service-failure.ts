/** The services we call, as they are named in log lines and outcomes. */
export type ServiceName = 'oss' | 'mqtt' | 'sls' | 'fc';

/** What is kept of a failed call: never a message, a URL, a header or a body of the service or its SDK. */
export interface FailureFacts {
  readonly service: ServiceName;
  /** The service's error code, or one of ours: `Timeout`, `NoConnection`, `UnreadableAnswer`. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer. For people only: nothing is decided by it. */
  readonly status: number;
  /** Empty when the service did not say. */
  readonly requestId: string;
}

/**
 * A call that failed in a way the caller did not ask about. SDK errors carry whole URLs (with both certificates in the
 * query) and request bodies, so adapters reduce them to these four facts and drop the original.
 */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  readonly facts: FailureFacts;

  constructor(facts: FailureFacts) {
    super(`${facts.service}: ${facts.code}${facts.requestId === '' ? '' : ` (request ${facts.requestId})`}`);
    this.facts = facts;
  }
}

const CODE_SHAPE = /^[A-Za-z][A-Za-z0-9._-]{0,79}$/;
const REQUEST_ID_SHAPE = /^[A-Za-z0-9-]{1,64}$/;

/** Reduces what a service or SDK said to {@link FailureFacts}; anything that is not shaped like a code is not kept. */
export function failureFacts(
  service: ServiceName,
  said: { readonly code: unknown; readonly status?: unknown; readonly requestId?: unknown },
): FailureFacts {
  const { code, status, requestId } = said;
  return {
    service,
    code: typeof code === 'string' && CODE_SHAPE.test(code) && code !== 'undefined' ? code : 'UnreadableAnswer',
    status: typeof status === 'number' && status > 0 && status < 600 ? status : 0,
    requestId: typeof requestId === 'string' && REQUEST_ID_SHAPE.test(requestId) ? requestId : '',
  };
}
