import { type Etag, etagOf, type ObjectKey, type ObjectVersion, objectKey } from '../core/object-version.ts';
import { isPassingOssFailure } from '../core/oss-codes.ts';
import { type FailureFacts, failureFacts, ServiceFailure } from '../core/service-failure.ts';
import { type EpochMs, epochMs, parseIso } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectPage, ObjectRead, ObjectStore, RangeRead } from '../ports/object-store.ts';
import type { ListedObject, OssClient, ReplyHeaders } from './oss-client.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';

/** What the store works with. */
export interface OssObjectsOptions {
  readonly client: OssClient;
  readonly clock: Clock;
  /** When the invocation's work must be over. */
  readonly deadline: EpochMs;
  /** Longest one request may take; 10 s unless told otherwise. */
  readonly attemptMs?: number;
}

/** Encryption at rest with a key that OSS manages (PutObject and CopyObject pages). */
const ENCRYPTED = { 'x-oss-server-side-encryption': 'AES256' };
const CREATE_ONLY = { 'x-oss-forbid-overwrite': 'true' };

/**
 * The bucket over ali-oss. Every request is repeated until the deadline while what failed is worth repeating; all are
 * harmless twice (a create-only write is, because a repeat that finds an object reads it back and compares).
 */
export function ossObjects(options: OssObjectsOptions): ObjectStore {
  const { client } = options;
  const policy: RepeatPolicy = {
    service: 'oss',
    clock: options.clock,
    deadline: options.deadline,
    attemptMs: options.attemptMs ?? 10_000,
    maxAttempts: Number.POSITIVE_INFINITY, // the deadline ends it
    backoff: { baseMs: 100, capMs: 5000 },
    isWorthRepeating: isPassingOssFailure,
  };
  const read: ObjectStore['read'] = (request) =>
    repeat(policy, (timeoutMs) => readOnce(client, { ...request, timeoutMs }));

  return {
    read,
    readRange: (request) => repeat(policy, (timeoutMs) => readRangeOnce(client, { ...request, timeoutMs })),
    list: (query) => repeat(policy, (timeoutMs) => listOnce(client, { ...query, timeoutMs })),
    head: (key) =>
      repeat(policy, async (timeoutMs) => {
        const headers = await unlessMissing(client.head({ key, timeoutMs }));
        return headers === undefined ? undefined : versionOf(key, headers, Number(headers['content-length']));
      }),
    put: ({ encrypted, ...object }) =>
      repeat(policy, (timeoutMs) => client.put({ ...object, headers: encrypted ? ENCRYPTED : {}, timeoutMs })),
    create: async (object) => {
      const before = { mayHaveLanded: false };
      const written = await repeat(policy, async (timeoutMs) => {
        try {
          await client.put({ ...object, headers: CREATE_ONLY, timeoutMs });
          return true;
        } catch (error) {
          const facts = factsOf(error);
          if (facts.code === 'FileAlreadyExists') return false;
          before.mayHaveLanded = true;
          throw error;
        }
      });
      if (written) return 'created';
      if (!before.mayHaveLanded) return 'exists';
      const found = await read({ key: object.key, maxBytes: object.bytes.length });
      return found.kind === 'found' && found.bytes.equals(object.bytes) ? 'created' : 'exists';
    },
    copy: ({ from, to, ifMatch, encrypted }) =>
      repeat(policy, async (timeoutMs) => {
        // ali-oss turns every header into an `x-oss-copy-source-` twin; `If-Match` is the spelling its README gives.
        const headers = { 'If-Match': `"${ifMatch}"`, ...(encrypted ? ENCRYPTED : {}) };
        try {
          await client.copy({ from, to, headers, timeoutMs });
          return 'copied';
        } catch (error) {
          const { code } = factsOf(error);
          if (code === 'PreconditionFailed') return 'changed';
          if (code === 'NoSuchKey') return 'missing';
          throw error;
        }
      }),
    delete: (key) => repeat(policy, (timeoutMs) => client.delete({ key, timeoutMs })),
    deleteMany: async (keys) => {
      if (keys.length > DELETED_AT_ONCE) throw new RangeError('at most 1,000 objects are deleted at once');
      const together = keys.filter(fitsXml);
      if (together.length > 0) await repeat(policy, (timeoutMs) => client.deleteMany({ keys: together, timeoutMs }));
      for (const key of keys.filter((one) => !fitsXml(one))) {
        await repeat(policy, (timeoutMs) => client.delete({ key, timeoutMs }));
      }
    },
  };
}

/** DeleteMultipleObjects page: 1,000 keys a request. */
const DELETED_AT_ONCE = 1000;

/**
 * DeleteMultipleObjects carries its keys in XML 1.0, which has no form for control characters and non-characters, and
 * whose readers may change blanks at the ends: such a key would delete another object, or none.
 */
function fitsXml(key: ObjectKey): boolean {
  return !/[\u0000-\u001f\ufffe\uffff]|^\s|\s$/u.test(key);
}

/** The facts of a failure of the client; anything else is a defect, or a wrapper's own doing, and goes on as it is. */
function factsOf(error: unknown): FailureFacts {
  if (error instanceof ServiceFailure) return error.facts;
  throw error;
}

async function unlessMissing<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (factsOf(error).code === 'NoSuchKey') return undefined;
    throw error;
  }
}

async function readOnce(
  client: OssClient,
  request: {
    readonly key: ObjectKey;
    readonly maxBytes: number;
    readonly ifMatch?: Etag;
    readonly timeoutMs: number;
  },
): Promise<ObjectRead> {
  const { key, maxBytes, ifMatch, timeoutMs } = request;
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` };
  try {
    const answer = await client.get({ key, headers, maxBytes, timeoutMs });
    const version = versionOf(key, answer.headers, answer.oversize ?? answer.bytes.length);
    if (ifMatch !== undefined && version.etag !== ifMatch) return { kind: 'changed' };
    return answer.oversize === undefined
      ? { kind: 'found', bytes: answer.bytes, version }
      : { kind: 'too-large', size: answer.oversize };
  } catch (error) {
    const { code } = factsOf(error);
    if (code === 'NoSuchKey') return { kind: 'missing' };
    if (code === 'PreconditionFailed') return { kind: 'changed' };
    throw error;
  }
}

/**
 * Without the second header OSS answers a range that ends past the object with the whole object (GetObject page). The
 * answer must be the very part that was asked for: a hop that dropped the header must not shift the bytes of a file.
 */
async function readRangeOnce(
  client: OssClient,
  request: {
    readonly key: ObjectKey;
    readonly from: number;
    readonly length: number;
    readonly ifMatch: Etag;
    readonly timeoutMs: number;
  },
): Promise<RangeRead> {
  const { key, from, length, ifMatch, timeoutMs } = request;
  const headers = {
    'If-Match': `"${ifMatch}"`,
    Range: `bytes=${String(from)}-${String(from + length - 1)}`,
    'x-oss-range-behavior': 'standard',
  };
  try {
    const { bytes, oversize, headers: reply } = await client.get({ key, headers, maxBytes: length, timeoutMs });
    const etag = reply['etag'];
    if (typeof etag !== 'string' || oversize !== undefined) throw unreadable();
    if (etagOf(etag) !== ifMatch) return { kind: 'changed' };
    if (!isPart(reply['content-range'], request, bytes.length)) throw unreadable();
    return { kind: 'found', bytes };
  } catch (error) {
    const { code } = factsOf(error);
    if (code === 'InvalidRange') return { kind: 'found', bytes: Buffer.alloc(0) }; // nothing is left at this offset
    if (code === 'NoSuchKey') return { kind: 'missing' };
    if (code === 'PreconditionFailed') return { kind: 'changed' };
    throw error;
  }
}

/** Whether `Content-Range: bytes <first>-<last>/<size>` says what was asked for and what came. */
function isPart(
  contentRange: string | string[] | undefined,
  asked: { readonly from: number; readonly length: number },
  received: number,
): boolean {
  const said = typeof contentRange === 'string' ? /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(contentRange) : null;
  if (said === null) return false;
  const [first, last, size] = said.slice(1).map(Number);
  const end = Math.min(asked.from + asked.length, size ?? 0);
  return first === asked.from && last === end - 1 && received === end - asked.from;
}

async function listOnce(
  client: OssClient,
  request: {
    readonly prefix: string;
    readonly startAfter?: string;
    readonly limit: number;
    readonly timeoutMs: number;
  },
): Promise<ObjectPage> {
  const page = await client.list({
    query: {
      // XML has no control characters; encoded, every key survives the way (ListObjectsV2 page, `encoding-type`).
      'encoding-type': 'url',
      'max-keys': request.limit,
      // An empty value is signed differently by ali-oss and by the V4 page, so it is left out.
      ...(request.prefix === '' ? {} : { prefix: request.prefix }),
      ...(request.startAfter === undefined ? {} : { 'start-after': request.startAfter }),
    },
    timeoutMs: request.timeoutMs,
  });
  const objects = page.objects.map(readListed);
  const last = objects.at(-1)?.key;
  if (page.isTruncated && last === undefined) throw unreadable();
  return {
    objects,
    serverNow: dateOf(page.headers['date']),
    ...(page.isTruncated && last !== undefined ? { next: last } : {}),
  };
}

function readListed(listed: ListedObject): ObjectVersion {
  const { name, etag, size, lastModified } = listed;
  const modified = typeof lastModified === 'string' ? parseIso(lastModified) : undefined;
  const readable =
    typeof name === 'string' && typeof etag === 'string' && typeof size === 'number' && Number.isSafeInteger(size);
  if (!readable || modified === undefined) throw unreadable();
  return { key: decodeKey(name), etag: etagOf(etag), size, lastModified: modified };
}

/** Form encoding, as the vendor's Go and Java SDKs read it: a plus is a blank, a real plus is `%2B`. */
function decodeKey(encoded: string): ObjectKey {
  try {
    return objectKey(decodeURIComponent(encoded.replaceAll('+', ' ')));
  } catch {
    throw unreadable(); // URIError quotes the key; it says no more than that the page is broken
  }
}

function versionOf(key: ObjectKey, headers: ReplyHeaders, size: number): ObjectVersion {
  const etag = headers['etag'];
  if (typeof etag !== 'string' || !Number.isSafeInteger(size)) throw unreadable();
  return { key, etag: etagOf(etag), size, lastModified: dateOf(headers['last-modified']) };
}

/** An HTTP date such as `Tue, 14 Nov 2023 22:13:20 GMT`. */
function dateOf(header: string | string[] | undefined): EpochMs {
  const parsed = typeof header === 'string' ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(parsed)) throw unreadable();
  return epochMs(parsed);
}

function unreadable(): ServiceFailure {
  return new ServiceFailure(failureFacts('oss', { code: 'UnreadableAnswer' }));
}
