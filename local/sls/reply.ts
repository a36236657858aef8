import { randomBytes } from 'node:crypto';
import { jsonReply as jsonOf, proxyPage, type Reply, type ReplyHeaders } from '../http-reply.ts';
import { type Refusal, refuse, SLS_ERRORS } from './errors.ts';
import type { SlsFaultKind } from './faults.ts';

/** Headers of every answer of the service itself; a request id is 24 hex digits. */
const serviceHeaders = (): ReplyHeaders => ({
  server: 'Tengine',
  'x-log-requestid': randomBytes(12).toString('hex').toUpperCase(),
});

/** 200 without a body, the whole answer of PutLogs. */
export const emptyReply = (): Reply => ({ kind: 'http', status: 200, headers: serviceHeaders(), body: '' });

/** 200 with a JSON body. */
export function jsonReply(body: unknown, headers: ReplyHeaders = {}): Reply {
  return jsonOf(200, body, { ...serviceHeaders(), 'content-type': 'application/json', ...headers });
}

/** An error as the service writes it. */
export function errorReply({ code, detail }: Refusal): Reply {
  const { status, message } = SLS_ERRORS[code];
  const errorMessage = detail === undefined ? message : `${message} ${detail}`;
  const headers = { ...serviceHeaders(), 'content-type': 'application/json' };
  return jsonOf(status, { errorCode: code, errorMessage }, headers);
}

/** What a caller sees of a fault; whether the logs were kept first is the server's business. */
export function faultReply(fault: SlsFaultKind): Reply {
  switch (fault) {
    case 'internal-server-error':
      return errorReply(refuse('InternalServerError'));
    case 'server-busy':
      return errorReply(refuse('ServerBusy'));
    case 'write-quota-exceed':
      return errorReply(refuse('WriteQuotaExceed'));
    case 'read-quota-exceed':
      return errorReply(refuse('ReadQuotaExceed'));
    case 'html-502':
      return proxyPage(502);
    case 'reset-before':
    case 'reset-after':
      return { kind: 'reset' };
    case 'silence':
      return { kind: 'silence' };
    default:
      throw new Error(`no such fault: ${String(fault satisfies never)}`);
  }
}
