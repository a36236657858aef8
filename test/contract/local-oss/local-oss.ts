import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../../local/clock.ts';
import type { LocalCredentials } from '../../../local/credentials.ts';
import { type LocalOss, type OssObjectEvent, type OssOptions, startOss } from '../../../local/oss/oss.ts';

/** What these tests use of ali-oss 6.23.0, as it really behaves. */
export interface AliOss {
  put(
    key: string,
    content: Buffer,
    options?: { headers?: Record<string, string>; mime?: string },
  ): Promise<{ res: AliResponse }>;
  putStream(key: string, stream: NodeJS.ReadableStream): Promise<{ res: AliResponse }>;
  get(key: string, options?: { headers: Record<string, string> }): Promise<{ content: Buffer; res: AliResponse }>;
  head(
    key: string,
    options?: { headers: Record<string, string> },
  ): Promise<{ status: number; meta: Record<string, string> | null; res: AliResponse }>;
  getObjectMeta(key: string): Promise<{ res: AliResponse }>;
  delete(key: string): Promise<{ res: AliResponse }>;
  deleteMulti(keys: readonly string[], options?: { quiet?: boolean }): Promise<{ deleted: readonly { Key: string }[] }>;
  copy(
    to: string,
    from: string,
    options?: { headers?: Record<string, string>; meta?: Record<string, string> },
  ): Promise<{ data: { etag: string; lastModified: string } }>;
  list(query: Record<string, string | number>): Promise<AliPage & { nextMarker: string | null }>;
  listV2(
    query: Record<string, string | number>,
    options?: object,
  ): Promise<AliPage & { keyCount: number; nextContinuationToken: string | null }>;
  multipartUpload(
    key: string,
    content: Buffer,
    options?: { partSize?: number; headers?: Record<string, string> },
  ): Promise<{ etag: string }>;
  initMultipartUpload(key: string): Promise<{ uploadId: string }>;
  abortMultipartUpload(key: string, uploadId: string): Promise<unknown>;
  completeMultipartUpload(
    key: string,
    uploadId: string,
    parts: readonly { number: number; etag: string }[],
  ): Promise<unknown>;
  getBucketInfo(bucket: string): Promise<{ bucket: { Name: string; Location: string } }>;
  getBucketVersioning(bucket: string): Promise<{ versionStatus: string | undefined }>;
  listBuckets(query: object): Promise<{ buckets: readonly { name: string }[] }>;
  signatureUrlV4(method: string, seconds: number, request: object, key: string): Promise<string>;
}

export interface AliResponse {
  status: number;
  headers: Record<string, string>;
}

interface AliPage {
  objects: readonly { name: string; etag: string; size: number; lastModified: string; owner: { id: string } | null }[];
  prefixes: readonly string[] | null;
  isTruncated: boolean;
}

type AliOptions = Record<string, string | number | boolean>;
const AliOssClient = createRequire(import.meta.url)('ali-oss') as new (options: AliOptions) => AliOss;

export const KEY: LocalCredentials = { accessKeyId: 'LTAIdemo', accessKeySecret: 'demoSecret0123456789' };
export const TEMPORARY: LocalCredentials = {
  accessKeyId: 'STS.demo',
  accessKeySecret: 'anotherSecret0123456789',
  securityToken: 'the-token',
};

/** A stand-in on a folder of its own, with everything a test looks at. */
export interface World {
  readonly oss: LocalOss;
  readonly clock: LocalClock;
  readonly dataFolder: string;
  readonly events: OssObjectEvent[];
  /** A client with the long-lived key. */
  readonly client: AliOss;
  readonly clientWith: (options: AliOptions) => AliOss;
}

function removeAtTheEnd(folder: string): string {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function newFolder(): string {
  return removeAtTheEnd(mkdtempSync(join(tmpdir(), 'local-oss-')));
}

/** Starts a stand-in for one test; `dataFolder` lets a second one start on the folder of the first. */
export async function startWorld(options: Partial<OssOptions> = {}): Promise<World> {
  const dataFolder = options.dataFolder ?? join(newFolder(), 'oss');
  const clock = options.clock ?? createLocalClock();
  const events: OssObjectEvent[] = [];
  const oss = await startOss({
    bucket: 'demo-bucket',
    region: 'oss-cn-hangzhou',
    credentials: [KEY, TEMPORARY],
    onEvent: (event) => events.push(event),
    ...options,
    dataFolder,
    clock,
  });
  onTestFinished(() => oss.close());
  const clientWith = (more: AliOptions): AliOss =>
    new AliOssClient({
      endpoint: oss.endpoint,
      region: 'oss-cn-hangzhou',
      bucket: 'demo-bucket',
      authorizationV4: true,
      accessKeyId: KEY.accessKeyId,
      accessKeySecret: KEY.accessKeySecret,
      ...more,
    });
  return { oss, clock, dataFolder, events, client: clientWith({}), clientWith };
}

const signUtils = createRequire(import.meta.url)('ali-oss/lib/common/signUtils') as {
  authorizationV4: (
    ...parts: [
      string,
      string,
      string,
      string,
      { headers: Record<string, string>; queries: Record<string, string | null> },
      string,
      string,
    ]
  ) => string;
};

/** A request in every detail; what is left out is what a good client would send. */
export interface RawRequest {
  readonly method: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string | null>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly host?: string;
  /** The path as it goes over the wire, when it is not the key percent-encoded. */
  readonly path?: string;
  readonly region?: string;
  readonly authorization?: string;
  /** A Content-Length that is not the body's. */
  readonly declaredLength?: number;
  /** Cuts the connection. */
  readonly signal?: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of the error document in the body or in `x-oss-err`. */
  readonly code: string | undefined;
}

/** The time as a V4 signature carries it. */
export function signingDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/**
 * Sends a request that ali-oss would not send, signed by ali-oss's own signing function: its HTTP client resolves `..`
 * and `.` in a path before sending, so it can not reach objects with such keys.
 */
export function sendRaw(world: World, raw: RawRequest): Promise<RawAnswer> {
  const { key = '', query = {}, body = Buffer.alloc(0) } = raw;
  const headers: Record<string, string> = {
    'x-oss-date': signingDate(Date.now()),
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    ...raw.headers,
  };
  const { accessKeyId, accessKeySecret } = KEY;
  const signed = { headers, queries: query };
  const region = raw.region ?? 'cn-hangzhou';
  const authorization = signUtils.authorizationV4(
    accessKeyId,
    accessKeySecret,
    region,
    raw.method,
    signed,
    'demo-bucket',
    key,
  );
  const encoded = key.split('/').map(encodeURIComponent).join('/');
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? '')}`,
  );
  const options = {
    host: '127.0.0.1',
    port: world.oss.port,
    method: raw.method,
    signal: raw.signal,
    path: `${raw.path ?? `/${encoded}`}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`,
    headers: {
      host: raw.host ?? 'demo-bucket.oss-cn-hangzhou.aliyuncs.com',
      ...headers,
      authorization: raw.authorization ?? authorization,
      'content-length': String(raw.declaredLength ?? body.length),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const document = Buffer.from(String(response.headers['x-oss-err'] ?? ''), 'base64').toString('utf8') + text;
        const code = /<Code>(\w+)<\/Code>/.exec(document)?.[1];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The code and status a call of ali-oss was refused with, or `accepted`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    const { status, code } = error as { status?: number; code?: string };
    return `${String(status)} ${String(code)}`;
  }
}
