import { type RefusalOf, refusalOf } from '../refusal.ts';

/**
 * The error codes of Function Compute's API that this face answers with, their HTTP statuses and words.
 *
 * @see Error codes, Function Compute documentation. The statuses of ResourceExhausted and ServiceUnavailable are inferred.
 */
export const FC_ERRORS = {
  InvalidArgument: { status: 400, message: 'a parameter of the request is not valid' },
  MissingRequiredHeader: { status: 400, message: 'a required header is missing' },
  PathNotSupported: { status: 400, message: 'this path and method are no operation of the service' },
  EntityTooLarge: { status: 400, message: 'the payload is too large' },
  AccessDenied: { status: 403, message: 'the request is not allowed' },
  InvalidAccessKeyID: { status: 403, message: 'there is no such access key' },
  SignatureNotMatch: { status: 403, message: 'the signature does not match the one computed from the request' },
  FunctionNotFound: { status: 404, message: 'there is no such function' },
  AliasNotFound: { status: 404, message: 'there is no such alias or version' },
  ResourceExhausted: { status: 429, message: 'the function already runs as often as it may' },
  ServiceUnavailable: { status: 503, message: 'the service is starting' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

/** The name of one error. */
export type FcErrorCode = keyof typeof FC_ERRORS;

/** A request that is not carried out, and why. */
export type FcRefusal = RefusalOf<FcErrorCode>;

/** Makes a refusal; the detail is one clause that names what is wrong. */
export const refuse = (code: FcErrorCode, detail?: string): FcRefusal => refusalOf(code, detail);
