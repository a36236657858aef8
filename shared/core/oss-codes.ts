import type { FailureFacts } from './service-failure.ts';

/** Codes that pass (OSS pages "HTTP 500/503 status code" and of the operations), besides the `…LimitExceeded` family. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  ...['Timeout', 'NoConnection', 'UnreadableAnswer'], // ours
  ...['InternalError', 'ServiceUnavailable', 'RequestTimeout'],
]);

/**
 * Whether a later attempt may work. A code nobody told us about is judged by the class of its status, which OSS does
 * document (5xx: try again).
 */
export function isPassingOssFailure({ code, status }: FailureFacts): boolean {
  return PASSING_CODES.has(code) || code.endsWith('LimitExceeded') || status >= 500;
}
