import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { failureFacts, ServiceFailure } from '../core/service-failure.ts';
import type { EpochMs } from '../core/time.ts';
import type { AccessKey } from './access-key.ts';
import { exchange, type HttpAnswer, NoAnswerError } from './http-exchange.ts';
import { encodeQuery, slsAuthorization } from './sls-signature.ts';
import { isWireObject } from './wire-object.ts';

/** One request to the log service, before signing. */
export interface SlsRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Such as `/logstores/outcomes/shards/lb`; names in it need no encoding. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A log group in protocol buffers, or with `isJson` the JSON of a search or of an index. */
  readonly body?: Buffer;
  readonly isJson?: boolean;
  readonly timeoutMs: number;
}

/** A success of the log service. */
export interface SlsAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Makes one signed request; nothing is repeated here. Throws a `ServiceFailure` for whatever the service or the network
 * can do. A wrapper of this one function sees every call to the log service there is.
 */
export type SlsSend = (request: SlsRequest) => Promise<SlsAnswer>;

/** Where the project is and who writes to it. */
export interface SlsPlace {
  /** Without the project: `https://cn-hangzhou-intranet.log.aliyuncs.com`, or `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Such as `cn-hangzhou`; V4 signs it. */
  readonly region: string;
  readonly project: string;
}

/** 100 logs of a page with long texts are about 2 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Binds requests to the log service over the process's keep-alive connections. The Host is `<project>.<endpoint host>`.
 * An endpoint that is an address has no names below it, so the connection goes to the address itself and the Host is
 * the one the region's service has, as ali-oss does for its own.
 */
export function slsSend(place: SlsPlace, key: AccessKey, now: () => EpochMs): SlsSend {
  const { protocol, host, hostname } = new URL(place.endpoint);
  const byAddress = isAddress(hostname);
  const projectHost = `${place.project}.${byAddress ? `${place.region}.log.aliyuncs.com` : host}`;
  const origin = `${protocol}//${byAddress ? host : projectHost}`;
  return async (request) => {
    const query = encodeQuery(request.query);
    const answer = await exchange({
      origin,
      method: request.method,
      target: query === '' ? request.path : `${request.path}?${query}`,
      headers: signedHeaders({ ...request, host: projectHost }, { key, region: place.region, now: now() }),
      body: request.body,
      timeoutMs: request.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
    }).catch((error: unknown) => {
      throw failure({ code: error instanceof NoAnswerError ? error.code : 'UnreadableAnswer' });
    });
    // Every reply of the service carries its request id; a proxy's 200 must not pass for "written".
    if (answer.headers['x-log-requestid'] === undefined || answer.oversize !== undefined) {
      throw failure({ code: 'UnreadableAnswer', status: answer.status });
    }
    if (answer.status < 200 || answer.status >= 300) throw refusal(answer);
    return answer;
  };
}

function isAddress(hostname: string): boolean {
  return hostname === 'localhost' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[');
}

interface Signing {
  readonly key: AccessKey;
  readonly region: string;
  readonly now: EpochMs;
}

/** The headers of every call under signature V4 (a `LogGroup` is sent uncompressed). */
function signedHeaders(request: SlsRequest & { readonly host: string }, signing: Signing): Record<string, string> {
  const { body } = request;
  const date = new Date(signing.now);
  const headers: Record<string, string> = {
    host: request.host,
    date: date.toUTCString(),
    'x-log-date': date.toISOString().replace(/[-:]|\.\d{3}/g, ''),
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': String(body?.length ?? 0),
    'x-log-content-sha256': createHash('sha256')
      .update(body ?? '')
      .digest('hex'),
  };
  // GetLogsV2 page: the answer is compressed as is asked for here.
  if (request.isJson === true) headers['accept-encoding'] = 'gzip';
  if (signing.key.securityToken !== undefined) headers['x-acs-security-token'] = signing.key.securityToken;
  if (body !== undefined) {
    headers['content-type'] = request.isJson === true ? 'application/json' : 'application/x-protobuf';
    headers['content-md5'] = createHash('md5').update(body).digest('hex').toUpperCase();
  }
  headers['authorization'] = slsAuthorization({ ...request, headers }, { ...signing.key, region: signing.region });
  return headers;
}

/** Errors are JSON, `{"errorCode","errorMessage"}`; only the code is kept. */
function refusal(answer: HttpAnswer): ServiceFailure {
  return failure({
    code: errorCodeOf(answer.body),
    status: answer.status,
    requestId: answer.headers['x-log-requestid'],
  });
}

function errorCodeOf(body: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isWireObject(parsed) ? parsed['errorCode'] : undefined;
  } catch {
    return undefined; // not JSON, so not the service's own words
  }
}

function failure(said: {
  readonly code: unknown;
  readonly status?: unknown;
  readonly requestId?: unknown;
}): ServiceFailure {
  return new ServiceFailure(failureFacts('sls', said));
}
