import type { IncomingMessage } from 'node:http';
import { headersOf, splitTarget } from '../http-request.ts';
import type { SignedRequest } from '../signed-request.ts';

/** An operation of the API that a request names. */
export interface InvokeRoute {
  /** 2.0 paths have a service, which nothing here depends on; error bodies differ between the two. */
  readonly api: '2016-08-15' | '2023-03-30';
  readonly functionName: string;
  /** A version or alias; absent means the latest code. */
  readonly qualifier: string | undefined;
}

/** How the service is to run a call. */
export interface InvokeWishes {
  readonly type: 'sync' | 'async';
  /** The last lines of the function's output, wanted with the answer. */
  readonly logTail: boolean;
}

const V2 = /^\/2016-08-15\/services\/([^/.]+)(?:\.([^/]+))?\/functions\/([^/]+)\/invocations$/u;
const V3 = /^\/2023-03-30\/functions\/([^/]+)\/invocations$/u;

/** The parts of a request that signatures cover; `undefined` when its path can not be decoded. */
export function readSigned(request: IncomingMessage): SignedRequest | undefined {
  const target = splitTarget(request.url ?? '/');
  const headers = headersOf(request);
  try {
    const path = decodeURIComponent(target.path);
    return { method: request.method ?? '', path, query: [...new URLSearchParams(target.query)], headers };
  } catch {
    return undefined; // a lone % is in no path of this API
  }
}

/** What is to be invoked; `undefined` when the request is no invocation. */
export function routeOf({ method, path, query }: SignedRequest): InvokeRoute | undefined {
  if (method !== 'POST') return undefined;
  const inQuery = query.find(([name]) => name === 'qualifier')?.[1];
  const [, functionName] = V3.exec(path) ?? [];
  if (functionName !== undefined) return { api: '2023-03-30', functionName, qualifier: inQuery };
  const [, , inService, older] = V2.exec(path) ?? [];
  if (older === undefined) return undefined;
  return { api: '2016-08-15', functionName: older, qualifier: inService ?? inQuery };
}

/** Reads the invocation headers; `undefined` for values the documentation does not have. */
export function wishesOf(headers: ReadonlyMap<string, string>): InvokeWishes | undefined {
  const type = (headers.get('x-fc-invocation-type') ?? 'Sync').toLowerCase();
  const logType = (headers.get('x-fc-log-type') ?? 'None').toLowerCase();
  if ((type !== 'sync' && type !== 'async') || (logType !== 'none' && logType !== 'tail')) return undefined;
  return { type, logTail: logType === 'tail' };
}
