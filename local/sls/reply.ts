import { randomBytes } from 'node:crypto';
import { type Refusal, refuse, SLS_ERRORS } from './errors.ts';
import type { SlsFaultKind } from './faults.ts';

/** An HTTP answer, or what happens to the connection instead of one. */
export type Reply =
  | { readonly kind: 'http'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

type Headers = Readonly<Record<string, string>>;

/** Headers of every answer of the service itself; a request id is 24 hex digits. */
const serviceHeaders = (): Headers => ({
  server: 'Tengine',
  'x-log-requestid': randomBytes(12).toString('hex').toUpperCase(),
});

/** 200 without a body, the whole answer of PutLogs. */
export const emptyReply = (): Reply => ({ kind: 'http', status: 200, headers: serviceHeaders(), body: '' });

/** 200 with a JSON body. */
export function jsonReply(body: unknown, headers: Headers = {}): Reply {
  const all = { ...serviceHeaders(), 'content-type': 'application/json', ...headers };
  return { kind: 'http', status: 200, headers: all, body: JSON.stringify(body) };
}

/** An error as the service writes it. */
export function errorReply({ code, detail }: Refusal): Reply {
  const { status, message } = SLS_ERRORS[code];
  const errorMessage = detail === undefined ? message : `${message} ${detail}`;
  const headers = { ...serviceHeaders(), 'content-type': 'application/json' };
  return { kind: 'http', status, headers, body: JSON.stringify({ errorCode: code, errorMessage }) };
}

const HTML_502 = '<html><head><title>502 Bad Gateway</title></head><body><center>Tengine</center></body></html>\n';

/** What a caller sees of a fault; whether the logs were kept first is the server's business. */
export function faultReply(fault: SlsFaultKind): Reply {
  switch (fault) {
    case 'internal-server-error':
      return errorReply(refuse('InternalServerError'));
    case 'server-busy':
      return errorReply(refuse('ServerBusy'));
    case 'write-quota-exceed':
      return errorReply(refuse('WriteQuotaExceed'));
    case 'html-502':
      return { kind: 'http', status: 502, headers: { 'content-type': 'text/html' }, body: HTML_502 };
    case 'reset-before':
    case 'reset-after':
      return { kind: 'reset' };
    case 'silence':
      return { kind: 'silence' };
    default:
      throw new Error(`no such fault: ${String(fault satisfies never)}`);
  }
}
