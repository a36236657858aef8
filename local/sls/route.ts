/** What a request asks for. */
export type Route =
  | { readonly kind: 'put-logs' | 'get-logs' | 'get-logs-v2' | 'get-logstore'; readonly logstore: string }
  | { readonly kind: 'list-logstores' };

const PUT = /^\/logstores\/([^/]+)\/shards\/(?:lb|route)$/u;
const SEARCH = /^\/logstores\/([^/]+)\/logs$/u;
const LOGSTORE = /^\/logstores\/([^/]+)$/u;

/** Finds the operation by method and path; GetLogs and GetLogStore share a path and differ by `type`. */
export function routeOf(method: string, path: string, type: string | undefined): Route | undefined {
  const [, put] = PUT.exec(path) ?? [];
  const [, search] = SEARCH.exec(path) ?? [];
  const [, logstore] = LOGSTORE.exec(path) ?? [];
  if (method === 'POST' && put !== undefined) return { kind: 'put-logs', logstore: put };
  if (method === 'POST' && search !== undefined) return { kind: 'get-logs-v2', logstore: search };
  if (method !== 'GET') return undefined;
  if (path === '/logstores') return { kind: 'list-logstores' };
  if (logstore === undefined) return undefined;
  if (type === 'log') return { kind: 'get-logs', logstore };
  return type === undefined ? { kind: 'get-logstore', logstore } : undefined;
}
