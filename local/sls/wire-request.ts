import type { IncomingMessage } from 'node:http';
import { headersOf, splitTarget } from '../http-request.ts';
import type { SignedRequest } from '../signed-request.ts';

/** A request taken apart; its path no longer has the `/p/<project>` prefix. */
export interface WireRequest extends SignedRequest {
  /** The project the request is for; `undefined` when neither Host nor path names one. */
  readonly project: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

const PREFIX = /^\/p\/([a-z0-9-]+)(\/.*)?$/u;
/** A label in front of a host name or of an address (`<project>.127.0.0.1:<port>`); a bare address names no project. */
const PROJECT_HOST = /^(?![\d.]+(?::|$))([a-z0-9][a-z0-9-]*)\./u;

/**
 * Reads a request. The project is the first label of Host (`<project>.<region>.log.aliyuncs.com`), or comes from a
 * path prefix `/p/<project>` for clients that cannot choose Host; the signature covers the path without that prefix.
 */
export function readWireRequest(request: IncomingMessage): WireRequest {
  const headers = headersOf(request);
  const target = splitTarget(request.url ?? '/');
  const [prefixed, project, rest] = PREFIX.exec(target.path) ?? [];
  const query = [...new URLSearchParams(target.query)];
  return {
    method: request.method ?? '',
    path: prefixed === undefined ? target.path : (rest ?? '/'),
    query,
    headers,
    project: project ?? PROJECT_HOST.exec(headers.get('host') ?? '')?.[1],
    parameters: new Map([...query].reverse()),
  };
}
