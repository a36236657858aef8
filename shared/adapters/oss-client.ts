import AliOss from 'ali-oss';
import { type FailureFacts, failureFacts, ServiceFailure } from '../core/service-failure.ts';
import type { AccessKey } from './access-key.ts';
import { OSS_TRANSPORT, type TransportContext } from './oss-transport.ts';

/** Response headers, names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** One entry of a list page as it came; nothing in it is checked yet. */
export interface ListedObject {
  /** Percent-encoded: the page was asked for with `encoding-type=url`. */
  readonly name: unknown;
  readonly etag: unknown;
  readonly size: unknown;
  readonly lastModified: unknown;
}

/**
 * One method, one request to OSS; nothing is repeated here. A wrapper of these seven sees every call to the bucket there
 * is. Each throws a `ServiceFailure` for whatever the service or the network can do.
 */
export interface OssClient {
  readonly list: (request: {
    readonly query: Readonly<Record<string, string | number>>;
    readonly timeoutMs: number;
  }) => Promise<{
    readonly objects: readonly ListedObject[];
    readonly isTruncated: boolean;
    readonly headers: ReplyHeaders;
  }>;
  /** `oversize` in place of the bytes when the object is longer than `maxBytes`; it is not downloaded then. */
  readonly get: (request: {
    readonly key: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly maxBytes: number;
    readonly timeoutMs: number;
  }) => Promise<{ readonly bytes: Buffer; readonly oversize: number | undefined; readonly headers: ReplyHeaders }>;
  readonly head: (request: { readonly key: string; readonly timeoutMs: number }) => Promise<ReplyHeaders>;
  readonly put: (request: {
    readonly key: string;
    readonly bytes: Buffer;
    readonly contentType: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  }) => Promise<void>;
  readonly copy: (request: {
    readonly from: string;
    readonly to: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  }) => Promise<void>;
  readonly delete: (request: { readonly key: string; readonly timeoutMs: number }) => Promise<void>;
  /** DeleteMultipleObjects: 1 to 1,000 keys that XML can carry. */
  readonly deleteMany: (request: { readonly keys: readonly string[]; readonly timeoutMs: number }) => Promise<void>;
}

/** Where the bucket is. */
export interface OssPlace {
  /** `https://oss-cn-hangzhou-internal.aliyuncs.com`, or `http://127.0.0.1:<port>` for the local cloud. */
  readonly endpoint: string;
  /** With or without the `oss-` prefix. */
  readonly region: string;
  readonly bucket: string;
}

/**
 * Binds the client to ali-oss. Made anew for every invocation from that invocation's credentials: ali-oss's own token
 * refresh goes on with the old token when a refresh fails, and races with calls under way.
 */
export function ossClient(place: OssPlace, key: AccessKey): OssClient {
  const sdk = new AliOss({
    accessKeyId: key.accessKeyId,
    accessKeySecret: key.accessKeySecret,
    ...(key.securityToken === undefined ? {} : { stsToken: key.securityToken }),
    refreshSTSTokenInterval: 86_400_000, // keeps the constructor from printing a warning; nothing refreshes
    endpoint: place.endpoint,
    region: place.region.startsWith('oss-') ? place.region : `oss-${place.region}`,
    bucket: place.bucket,
    secure: place.endpoint.startsWith('https:'),
    authorizationV4: true, // new accounts and buckets no longer accept V1, the SDK's default
    urllib: OSS_TRANSPORT,
  });
  return {
    list: async ({ query, timeoutMs }) => {
      const page = await reduced(() => sdk.listV2({ ...query }, { timeout: timeoutMs }));
      return { objects: page.objects, isTruncated: page.isTruncated, headers: page.res.headers };
    },
    get: async ({ key: name, headers, maxBytes, timeoutMs }) => {
      const ctx: TransportContext = { maxBytes };
      const { content, res } = await addressed([name], () =>
        sdk.get(name, { timeout: timeoutMs, headers: { ...headers }, ctx }),
      );
      return { bytes: content, oversize: res.oversize, headers: res.headers };
    },
    head: async ({ key: name, timeoutMs }) => {
      const { res } = await addressed([name], () => sdk.head(name, { timeout: timeoutMs }));
      return res.headers;
    },
    put: async ({ key: name, bytes, contentType, headers, timeoutMs }) => {
      await addressed([name], () =>
        sdk.put(name, bytes, { timeout: timeoutMs, mime: contentType, headers: { ...headers } }),
      );
    },
    copy: async ({ from, to, headers, timeoutMs }) => {
      const { data } = await addressed([from, to], () =>
        sdk.copy(to, from, { timeout: timeoutMs, headers: { ...headers } }),
      );
      if (typeof data?.etag !== 'string') throw unreadable();
    },
    delete: async ({ key: name, timeoutMs }) => {
      await addressed([name], () => sdk.delete(name, { timeout: timeoutMs }));
    },
    deleteMany: async ({ keys, timeoutMs }) => {
      await addressed(keys, () => sdk.deleteMulti([...keys], { timeout: timeoutMs, quiet: true }));
    },
  };
}

/** OSS page "Object naming": 1 to 1,023 bytes of UTF-8, and no `/` or `\` in front. */
const MAX_KEY_BYTES = 1023;

/**
 * Refuses a key that OSS can not hold before the SDK touches it: it would strip leading slashes and so act on another
 * object. The code `KeyNotAddressable` is ours.
 */
async function addressed<Value>(keys: readonly string[], call: () => Promise<Value>): Promise<Value> {
  if (!keys.every(isAddressable)) throw failure({ code: 'KeyNotAddressable' });
  return reduced(call);
}

function isAddressable(key: string): boolean {
  // A lone surrogate has no UTF-8 form; Buffer would quietly write U+FFFD, which is another key.
  const bytes = Buffer.from(key, 'utf8');
  return /^[^/\\]/u.test(key) && bytes.length <= MAX_KEY_BYTES && bytes.toString('utf8') === key;
}

/** Reduces whatever ali-oss throws; its errors carry the request with its body (`params`) and must go no further. */
async function reduced<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ServiceFailure) throw error;
    throw failure(typeof error === 'object' && error !== null ? error : {});
  }
}

function failure(said: {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly requestId?: unknown;
}): ServiceFailure {
  const facts: FailureFacts = failureFacts('oss', { code: said.code, status: said.status, requestId: said.requestId });
  return new ServiceFailure(facts);
}

function unreadable(): ServiceFailure {
  return failure({ code: 'UnreadableAnswer' });
}
