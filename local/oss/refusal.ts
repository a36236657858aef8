/**
 * Every error code this stand-in answers with, its status and sentence. Statuses are those of the OSS pages "HTTP
 * status code 4xx" and of the operation that returns the code; `ec` is filled where OSS publishes one.
 */
const CODES = {
  AccessDenied: { status: 403, message: 'You have no right to access this object.' },
  AccessKeyIdAndSecurityTokenNotMatch: {
    status: 403,
    message: 'The access key id and the security token do not match.',
  },
  EntityTooLarge: { status: 400, message: 'Your proposed upload exceeds the maximum allowed object size.' },
  EntityTooSmall: { status: 400, message: 'Your proposed upload is smaller than the minimum allowed size.' },
  FileAlreadyExists: {
    status: 409,
    message: 'The object you specified already exists and can not be overwritten.',
    ec: '0026-00000002',
  },
  InternalError: { status: 500, message: 'We encountered an internal error. Please try again.' },
  InvalidAccessKeyId: { status: 403, message: 'The OSS Access Key Id you provided does not exist in our records.' },
  InvalidArgument: { status: 400, message: 'The argument is invalid.' },
  InvalidDigest: { status: 400, message: 'The Content-MD5 you specified was invalid.' },
  InvalidEncryptionAlgorithmError: { status: 400, message: 'The encryption request you specified is not valid.' },
  InvalidObjectName: { status: 400, message: 'The specified object is not valid.' },
  InvalidPart: { status: 400, message: 'One or more of the specified parts could not be found or did not match.' },
  InvalidPartOrder: { status: 400, message: 'The list of parts was not in ascending order.' },
  InvalidRange: { status: 416, message: 'The requested range cannot be satisfied.' },
  InvalidSecurityToken: { status: 403, message: 'The security token you provided is invalid.' },
  MalformedXML: { status: 400, message: 'The XML you provided was not well-formed or did not validate.' },
  MethodNotAllowed: { status: 405, message: 'The specified method is not allowed against this resource.' },
  MissingContentLength: { status: 411, message: 'You must provide the Content-Length HTTP header.' },
  NoSuchBucket: { status: 404, message: 'The specified bucket does not exist.' },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.', ec: '0026-00000001' },
  NoSuchUpload: { status: 404, message: 'The specified upload does not exist.' },
  NotImplemented: {
    status: 400,
    message: 'A header or parameter you provided implies functionality that is not implemented.',
  },
  NotModified: { status: 304, message: 'The object was not modified.' },
  PreconditionFailed: { status: 412, message: 'At least one of the pre-conditions you specified did not hold.' },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
  },
  ServiceUnavailable: { status: 503, message: 'Please reduce your request rate.' },
  SignatureDoesNotMatch: {
    status: 403,
    message: 'The request signature we calculated does not match the signature you provided.',
  },
} as const satisfies Record<string, { readonly status: number; readonly message: string; readonly ec?: string }>;

/** An error code of the table above. */
export type OssCode = keyof typeof CODES;

/** What a refusal says beyond its code. `details` become elements of the error document, in order. */
export interface RefusalDetails {
  readonly message?: string;
  readonly ec?: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** A request that ends in an error document instead of an answer; thrown by operations, caught once per request. */
export class OssRefusal extends Error {
  override readonly name = 'OssRefusal';
  readonly code: string;
  readonly status: number;
  readonly ec: string | undefined;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, status: number, said: RefusalDetails) {
    super(said.message ?? code);
    this.code = code;
    this.status = status;
    this.ec = said.ec;
    this.details = said.details ?? {};
  }
}

/** The refusal for a documented code. */
export function refusal(code: OssCode, said: RefusalDetails = {}): OssRefusal {
  const known: { readonly status: number; readonly message: string; readonly ec?: string } = CODES[code];
  const ec = said.ec ?? known.ec;
  return new OssRefusal(code, known.status, {
    message: said.message ?? known.message,
    ...(ec === undefined ? {} : { ec }),
    ...(said.details === undefined ? {} : { details: said.details }),
  });
}
