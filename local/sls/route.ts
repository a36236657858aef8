import type { SlsCallKind } from './faults.ts';

/** What a request asks for. */
export type Route =
  | { readonly kind: LogstoreOperation; readonly logstore: string }
  | { readonly kind: 'list-logstores' | 'create-logstore' | 'get-project' | 'create-project' };

/** An operation on one logstore. */
export type LogstoreOperation =
  | 'put-logs'
  | 'get-logs'
  | 'get-logs-v2'
  | 'get-histograms'
  | 'get-logstore'
  | 'update-logstore'
  | 'delete-logstore'
  | 'create-index'
  | 'get-index'
  | 'update-index'
  | 'delete-index';

const PUT = /^\/logstores\/([^/]+)\/shards\/(?:lb|route)$/u;
const SEARCH = /^\/logstores\/([^/]+)\/logs$/u;
const INDEX = /^\/logstores\/([^/]+)\/index$/u;
const LOGSTORE = /^\/logstores\/([^/]+)$/u;

/** By `METHOD type`: searches share the path of their logstore and differ by the parameter `type`. */
const OF_LOGSTORE: Readonly<Record<string, LogstoreOperation>> = {
  'GET ': 'get-logstore',
  'GET log': 'get-logs',
  'GET histogram': 'get-histograms',
  'PUT ': 'update-logstore',
  'DELETE ': 'delete-logstore',
};
/** The generated SDKs ask for a histogram at the path of the index. */
const OF_INDEX: Readonly<Record<string, LogstoreOperation>> = {
  'GET ': 'get-index',
  'GET histogram': 'get-histograms',
  'POST ': 'create-index',
  'PUT ': 'update-index',
  'DELETE ': 'delete-index',
};
const OF_PROJECT: Readonly<Record<string, Exclude<Route['kind'], LogstoreOperation>>> = {
  'GET /': 'get-project',
  'POST /': 'create-project',
  'GET /logstores': 'list-logstores',
  'POST /logstores': 'create-logstore',
};

/** Finds the operation by method, path and parameter `type`; `undefined` when there is none. */
export function routeOf(method: string, path: string, type = ''): Route | undefined {
  const ofProject = OF_PROJECT[`${method} ${path}`];
  if (ofProject !== undefined) return { kind: ofProject };
  const found = [
    { match: PUT.exec(path), kind: method === 'POST' ? ('put-logs' as const) : undefined },
    { match: SEARCH.exec(path), kind: method === 'POST' ? ('get-logs-v2' as const) : undefined },
    { match: INDEX.exec(path), kind: OF_INDEX[`${method} ${type}`] },
    { match: LOGSTORE.exec(path), kind: OF_LOGSTORE[`${method} ${type}`] },
  ].find(({ match }) => match !== null);
  const logstore = found?.match?.[1];
  return found?.kind === undefined || logstore === undefined ? undefined : { kind: found.kind, logstore };
}

const CALL_KINDS: Readonly<Partial<Record<Route['kind'], SlsCallKind>>> = {
  'put-logs': 'write',
  'get-logs': 'read',
  'get-logs-v2': 'read',
  'get-histograms': 'read',
};

/** What a route is to faults. */
export const callKindOf = ({ kind }: Route): SlsCallKind => CALL_KINDS[kind] ?? 'manage';
