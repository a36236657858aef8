import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { LocalCredentials } from '../credentials.ts';
import { type Face, startFace } from '../face.ts';
import { bareRegion } from './address.ts';
import { type Answer, type AnswerContext, dropAnswer, refusalAnswer, sendAnswer } from './answer.ts';
import { principalIdOf, verifySignature } from './authenticate.ts';
import { type FolderChange, FolderScan } from './folder-scan.ts';
import { watchFolder } from './folder-watch.ts';
import { ObjectStore } from './object-store.ts';
import { type OssOperation, operationOf } from './operation.ts';
import type { OssObjectEvent, OssService } from './oss-service.ts';
import type { OssOutage } from './outage.ts';
import { perform } from './perform.ts';
import { OssRefusal, refusal } from './refusal.ts';
import { readRequest } from './request-reader.ts';
import { Uploads } from './uploads.ts';

export type { OssObjectEvent } from './oss-service.ts';

/**
 * What a fault does to one verified request: nothing; a refusal instead of the operation; or the operation is carried
 * out and its answer lost with the connection, which is how a client gets to see an ambiguous write.
 */
export type OssFault = 'ok' | 'lose-answer' | { readonly status: number; readonly code: string };

/** How an OSS stand-in is started. */
export interface OssOptions {
  /** Holds the bucket folder, and beside it `.objects`, `.meta` and `.tmp`. Used by one process at a time. */
  readonly dataFolder: string;
  readonly bucket: string;
  /** With or without the `oss-` prefix. */
  readonly region: string;
  /** Read anew for each request: keys may be added while it runs. */
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  /** Called once for each change, after it is on disk and before it is answered. Must not throw. */
  readonly onEvent: (event: OssObjectEvent) => void;
  /** Default: a free one. */
  readonly port?: number;
  /** Look for files that people copy, change and remove by hand; default false. */
  readonly watch?: boolean;
  /** Asked for each verified request before it takes effect. */
  readonly beforeAnswer?: (request: { readonly operation: string; readonly key?: string }) => OssFault;
}

/** A running OSS stand-in with one bucket. */
export interface LocalOss extends Face {
  /** The bucket's plain folder: copying a file there is an upload. */
  readonly folder: string;
  /**
   * One look at the folder. A copied file becomes an object, with its event, at the second look that finds it
   * unchanged 200 ms (of the moved clock) or more after the first.
   */
  readonly scan: () => Promise<void>;
  /** What is refused until it is told otherwise. */
  readonly setOutage: (outage: OssOutage) => void;
  /** Empties the bucket without events, and ends an outage. */
  readonly reset: () => Promise<void>;
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

interface Running {
  readonly service: OssService;
  readonly options: OssOptions;
}

function newRequestId(): string {
  return randomBytes(12).toString('hex').toUpperCase();
}

/** Verifies and carries out one request; `undefined` stands for an answer that a fault lost. */
async function answerRequest(
  { service, options }: Running,
  message: IncomingMessage,
  requestId: string,
): Promise<Answer | undefined> {
  const { bucket, region, clock } = service;
  const incoming = readRequest(message, region, bucket);
  const signer = verifySignature(incoming, { credentials: options.credentials, region, clock });
  if (incoming.bucket !== '' && incoming.bucket !== bucket) {
    throw refusal('NoSuchBucket', { details: { BucketName: incoming.bucket.slice(0, 64) } });
  }
  const operation: OssOperation = operationOf({ ...incoming, isCopy: incoming.headers.has('x-oss-copy-source') });
  const { key } = incoming;
  const fault = options.beforeAnswer?.(key === '' ? { operation } : { operation, key }) ?? 'ok';
  if (typeof fault === 'object') throw new OssRefusal(fault.code, fault.status, { message: 'A fault was asked for.' });
  const answer = await perform(operation, service, {
    ...incoming,
    body: message,
    requestId,
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    principalId: principalIdOf(signer.accessKeyId),
  });
  if (fault !== 'lose-answer') return answer;
  dropAnswer(answer);
  return undefined;
}

async function handle(running: Running, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { clock } = running.service;
  const startedAt = clock.realNow();
  const requestId = newRequestId();
  const context = (): AnswerContext => ({
    requestId,
    host: message.headers.host ?? '',
    isHead: message.method === 'HEAD',
    now: clock.now(),
    elapsedMs: Math.max(0, Math.round(clock.realNow() - startedAt)),
  });
  try {
    const answer = await answerRequest(running, message, requestId);
    if (answer === undefined) response.destroy();
    else await sendAnswer(response, answer, context());
  } catch (error) {
    if (message.destroyed && !message.complete) return; // the client hung up in the middle of its body
    if (!(error instanceof OssRefusal)) throw error;
    await sendAnswer(response, refusalAnswer(error, context()), context());
  }
}

function eventOf(service: OssService, change: FolderChange): OssObjectEvent {
  const { key, etag, size } = change.object;
  return {
    eventName: change.kind === 'copied' ? 'ObjectCreated:PutObject' : 'ObjectRemoved:DeleteObject',
    bucket: service.bucket,
    key,
    etag,
    size,
    at: service.clock.now(),
    requestId: newRequestId(),
    sourceIp: '127.0.0.1',
    principalId: 'local-copy',
  };
}

function openService(options: OssOptions, outage: () => OssOutage): OssService {
  const { dataFolder, bucket, clock, onEvent } = options;
  if (!BUCKET_NAME.test(bucket))
    throw new RangeError('a bucket name is 3 to 63 lower-case letters, digits and hyphens');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  chmodSync(dataFolder, 0o700);
  const store = new ObjectStore(dataFolder, bucket);
  return { bucket, region: bareRegion(options.region), clock, store, uploads: new Uploads(), onEvent, outage };
}

/**
 * Starts an OSS stand-in on 127.0.0.1 that the untouched `ali-oss` talks to (endpoint `http://127.0.0.1:<port>`, the
 * region, `authorizationV4: true`). Its bucket is a plain folder and stays as it is from one start to the next.
 */
export async function startOss(options: OssOptions): Promise<LocalOss> {
  let outage: OssOutage = { kind: 'none' };
  const service = openService(options, () => outage);
  const { store, uploads } = service;
  let isLive = false; // what happened while nobody was there is not told as if it happened now, except new files
  const scan = new FolderScan(store, options.clock, (change) => {
    if (isLive) options.onEvent(eventOf(service, change));
  });
  await scan.pass();
  isLive = true;
  const inFlight = new Set<Promise<void>>();
  const running: Running = { service, options };
  const face = await startFace(async (message, response) => {
    const work = handle(running, message, response);
    inFlight.add(work);
    try {
      await work;
    } finally {
      inFlight.delete(work);
    }
  }, options.port);
  const watch =
    options.watch === true
      ? watchFolder(
          () => scan.pass(),
          () => performance.now(),
        )
      : undefined;
  const close = async (): Promise<void> => {
    await watch?.stop();
    await face.close();
    await Promise.allSettled(inFlight);
    await scan.idle();
    store.close();
  };
  let closing: Promise<void> | undefined;
  return {
    endpoint: face.endpoint,
    port: face.port,
    folder: store.folder.path,
    scan: () => scan.pass(),
    setOutage: (next) => {
      outage = next;
    },
    reset: () => {
      outage = { kind: 'none' };
      uploads.abortAll();
      store.reset();
      return Promise.resolve();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
