import { type RefusalOf, refusalOf } from '../refusal.ts';

/**
 * Every code this stand-in answers, with its HTTP status (pages "Common error codes" and "PutLogs"; where the pages of
 * 2021 and of today differ, today's) and a sentence of our own.
 */
export const SLS_ERRORS = {
  MissingContentType: { status: 400, message: 'Content-Type does not exist in http header when body is not empty.' },
  InvalidContentType: { status: 415, message: 'Content-Type is unsupported.' },
  MissingBodyRawSize: { status: 400, message: 'x-log-bodyrawsize does not exist in header when it is necessary.' },
  InvalidBodyRawSize: { status: 400, message: 'x-log-bodyrawsize is invalid.' },
  InvalidCompressType: { status: 400, message: 'x-log-compresstype is unsupported.' },
  MissingDate: { status: 400, message: 'Date does not exist in http header.' },
  InvalidDateFormat: { status: 400, message: 'Date must follow RFC822, or x-log-date its own form.' },
  MissingAPIVersion: { status: 400, message: 'x-log-apiversion does not exist in http header.' },
  InvalidAPIVersion: { status: 400, message: 'x-log-apiversion is unsupported.' },
  MissAccessKeyId: { status: 400, message: 'No access key is named in the Authorization header.' },
  MissingSignatureMethod: { status: 400, message: 'x-log-signaturemethod does not exist in http header.' },
  InvalidSignatureMethod: { status: 400, message: 'The signature method is unsupported.' },
  RequestTimeExpired: { status: 400, message: 'The request time is more than 15 minutes from the server time.' },
  SignatureNotMatch: { status: 401, message: 'The signature is not matched.' },
  InvalidAccessKeyId: { status: 401, message: 'The access key id you provided is invalid.' },
  Unauthorized: { status: 401, message: 'The security token you provided is invalid.' },
  ProjectNotExist: { status: 404, message: 'The project does not exist.' },
  LogStoreNotExist: { status: 404, message: 'The logstore does not exist.' },
  PostBodyInvalid: { status: 400, message: 'The body is not an acceptable log group.' },
  PostBodyTooLarge: { status: 413, message: 'The body is larger than 10485760 bytes.' },
  PostBodyUncompressError: { status: 400, message: 'The body could not be uncompressed.' },
  InvalidTimestamp: {
    status: 400,
    message: 'The time of a log is outside the last 168 hours and the next 15 minutes.',
  },
  InvalidEncoding: { status: 400, message: 'A text is not UTF-8.' },
  InvalidKey: { status: 400, message: 'A key is empty, longer than 128 bytes or reserved.' },
  InvalidTimeRange: { status: 400, message: 'The time range is not valid: from must be less than to.' },
  InvalidQueryString: { status: 400, message: 'The query cannot be read.' },
  ParameterInvalid: { status: 400, message: 'A parameter is not valid.' },
  ProjectAlreadyExist: { status: 400, message: 'The project already exists.' },
  LogStoreAlreadyExist: { status: 400, message: 'The logstore already exists.' },
  LogstoreInfoInvalid: { status: 400, message: 'The logstore info is invalid.' },
  ProjectQuotaExceed: { status: 400, message: 'The project holds as many logstores as it may.' },
  IndexAlreadyExist: { status: 400, message: 'The index of the logstore already exists.' },
  IndexConfigNotExist: { status: 400, message: 'The logstore has no index.' },
  IndexInfoInvalid: { status: 400, message: 'The index info is invalid.' },
  WriteQuotaExceed: { status: 403, message: 'Write quota is exceeded.' },
  ReadQuotaExceed: { status: 403, message: 'Read quota is exceeded.' },
  InternalServerError: { status: 500, message: 'Internal server error.' },
  ServerBusy: { status: 503, message: 'The server is busy, please try again later.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

/** A code of the table. */
export type SlsErrorCode = keyof typeof SLS_ERRORS;

/** A request that is answered with an error. `detail` never holds a logged value. */
export type Refusal = RefusalOf<SlsErrorCode>;

/** Builds a refusal. */
export const refuse = (code: SlsErrorCode, detail?: string): Refusal => refusalOf(code, detail);
