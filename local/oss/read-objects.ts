import { closeSync, readSync } from 'node:fs';
import { checkObjectName } from './address.ts';
import { type Answer, httpDate } from './answer.ts';
import { checkConditions } from './conditions.ts';
import { wireHeader } from './object-headers.ts';
import type { OpenObject } from './object-store.ts';
import type { OssRequest, OssService } from './oss-service.ts';
import { type ByteRange, rangeOf } from './range.ts';
import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';

/** Up to this size an object is read in one go and its file closed at once; larger ones are streamed. */
const READ_AT_ONCE_BYTES = 64 * 1024;
const RESPONSE_OVERRIDES = [
  ...['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'],
];

function noSuchKey(key: string): Error {
  return refusal('NoSuchKey', { details: { Key: key } });
}

function metaHeaders(object: StoredObject): Record<string, string | number> {
  return {
    etag: `"${object.etag}"`,
    'last-modified': httpDate(object.lastModified),
    'content-length': object.size,
  };
}

function objectHeaders(object: StoredObject): Record<string, string | number> {
  const stored = Object.entries(object.headers).map(([name, value]): [string, string] => [name, wireHeader(value)]);
  return {
    ...metaHeaders(object),
    'content-type': wireHeader(object.contentType),
    'accept-ranges': 'bytes',
    'x-oss-object-type': object.type,
    'x-oss-storage-class': 'Standard',
    ...(object.type === 'Normal' ? { 'content-md5': Buffer.from(object.etag, 'hex').toString('base64') } : {}),
    ...Object.fromEntries(stored),
  };
}

/** The `response-*` parameters of GetObject, which replace headers of the answer. */
function overridesOf(query: ReadonlyMap<string, string>): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of RESPONSE_OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!/^[\x20-\x7e]+$/.test(value))
      throw refusal('InvalidArgument', { details: { ArgumentName: `response-${name}` } });
    overrides[name] = value;
  }
  return overrides;
}

function bodyOf(opened: OpenObject, range: ByteRange): Pick<Answer, 'body'> {
  const length = range.end - range.start + 1;
  if (length > READ_AT_ONCE_BYTES)
    return { body: { descriptor: opened.descriptor, start: range.start, end: range.end } };
  const content = Buffer.alloc(length);
  const read = length === 0 ? 0 : readSync(opened.descriptor, content, 0, length, range.start);
  closeSync(opened.descriptor);
  if (read !== length) throw refusal('InternalError', { message: 'The file was cut short while it was read.' });
  return { body: content };
}

/** GetObject: conditions, a single range, `response-*` overrides. */
export function getObject(service: OssService, request: OssRequest): Answer {
  checkObjectName(request.key);
  const opened = service.store.open(request.key);
  if (opened === undefined) throw noSuchKey(request.key);
  const { object } = opened;
  try {
    checkConditions(request.headers, object);
    const headers = { ...objectHeaders(object), ...overridesOf(request.query) };
    const range = rangeOf(request.headers, object.size);
    if (range === undefined) return { status: 200, headers, ...bodyOf(opened, { start: 0, end: object.size - 1 }) };
    const contentRange = `bytes ${range.start}-${range.end}/${object.size}`;
    const part = { 'content-length': range.end - range.start + 1, 'content-range': contentRange };
    return { status: 206, headers: { ...headers, ...part }, ...bodyOf(opened, range) };
  } catch (error) {
    closeQuietly(opened.descriptor);
    throw error;
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // closed already by the read that failed
  }
}

/** HeadObject: the headers of GetObject without the bytes. Answered from memory. */
export function headObject(service: OssService, request: OssRequest): Answer {
  const object = existing(service, request);
  return { status: 200, headers: objectHeaders(object) };
}

/** GetObjectMeta (`HEAD ?objectMeta`): ETag, size and time only. */
export function getObjectMeta(service: OssService, request: OssRequest): Answer {
  return { status: 200, headers: metaHeaders(existing(service, request)) };
}

function existing(service: OssService, request: OssRequest): StoredObject {
  checkObjectName(request.key);
  const object = service.store.index.get(request.key);
  if (object === undefined) throw noSuchKey(request.key);
  checkConditions(request.headers, object);
  return object;
}
