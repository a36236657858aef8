import type { FailureFacts } from './service-failure.ts';

/** Codes that pass (SLS error code page), besides the families of the quotas. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  ...['Timeout', 'NoConnection', 'UnreadableAnswer'], // ours
  ...['InternalServerError', 'RequestTimeout', 'ServerBusy'],
]);

/**
 * Codes of PutLogs that speak of the logs themselves (PutLogs page): the same bytes will never be taken. Codes of the
 * signature, the project or a header would be answered for any logs, and are none of these.
 */
const CONTENT_CODES: ReadonlySet<string> = new Set([
  'InvalidEncoding',
  'InvalidKey',
  'InvalidTimestamp',
  'PostBodyInvalid',
  'PostBodyTooLarge',
]);

/**
 * Whether a later attempt may work. Quotas are 403 here (`WriteQuotaExceed`, `ShardWriteQuotaExceed`, `ReadQuotaExceed`,
 * `MetaOperationQpsLimitExceeded`), so the status says nothing; it is asked only about a code nobody told us about.
 */
export function isPassingSlsFailure({ code, status }: FailureFacts): boolean {
  return PASSING_CODES.has(code) || /(?:Quota|Limit)Exceed(?:ed)?$/.test(code) || status >= 500;
}

/** Whether the log store refuses these very logs, so that parting them finds out which. */
export function isContentRefusal({ code }: FailureFacts): boolean {
  return CONTENT_CODES.has(code);
}
