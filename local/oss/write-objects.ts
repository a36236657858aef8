import { createReadStream } from 'node:fs';
import { checkObjectName, decodeName } from './address.ts';
import { type Answer, listDate, xmlAnswer } from './answer.ts';
import { checkConditions, refuseConditions } from './conditions.ts';
import { encryptionEcho, forbidsOverwrite, type ObjectHeaders, objectHeadersOf } from './object-headers.ts';
import { announce, type OssRequest, type OssService } from './oss-service.ts';
import { discard, etagOf, type ReceivedFile, receiveBody, receiveFile } from './receive-body.ts';
import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';
import { element } from './xml.ts';

/** OSS page CopyObject: a source of up to 1 GB. */
const MAX_COPY_BYTES = 1024 ** 3;
const COPY_SOURCE = 'x-oss-copy-source';

function alreadyExists(key: string): Error {
  return refusal('FileAlreadyExists', { details: { Key: key } });
}

/** Refuses a create-only write that has lost already, before its bytes are taken in. */
export function checkFree(service: OssService, key: string, onlyIfFree: boolean): void {
  if (onlyIfFree && service.store.index.get(key) !== undefined) throw alreadyExists(key);
}

/** Makes an object of received bytes; they are gone afterwards, whatever the end. */
export function commitReceived(
  service: OssService,
  received: ReceivedFile,
  write: {
    readonly key: string;
    readonly stored: ObjectHeaders;
    readonly onlyIfFree: boolean;
    readonly etag: string;
    readonly type: StoredObject['type'];
  },
): StoredObject {
  const { key, etag, type, stored } = write;
  const draft = { key, etag, type, ...stored, size: received.size, lastModified: service.clock.now() };
  try {
    const object = service.store.commit(received.path, draft, write.onlyIfFree);
    if (object === undefined) throw alreadyExists(key);
    return object;
  } finally {
    discard(received.path);
  }
}

/** PutObject. */
export async function putObject(service: OssService, request: OssRequest): Promise<Answer> {
  checkObjectName(request.key);
  refuseConditions(request.headers);
  const onlyIfFree = forbidsOverwrite(request.headers);
  const stored = objectHeadersOf(request.headers);
  checkFree(service, request.key, onlyIfFree);
  const received = await receiveBody(request.body, service.store.temporaryPath);
  const etag = etagOf(received.md5);
  const object = commitReceived(service, received, { key: request.key, stored, onlyIfFree, etag, type: 'Normal' });
  announce(service, request, { eventName: 'ObjectCreated:PutObject', object });
  const headers = {
    etag: `"${etag}"`,
    'content-md5': received.md5.toString('base64'),
    ...encryptionEcho(object.headers),
  };
  return { status: 200, headers };
}

/** The source of a copy: `/bucket/key` with the key percent-encoded; this stand-in has one bucket. */
function sourceKeyOf(service: OssService, request: OssRequest): string {
  const match = /^\/?([^/?]+)\/([^?]+)(\?.*)?$/.exec(request.headers.get(COPY_SOURCE) ?? '');
  if (match === null) throw refusal('InvalidArgument', { details: { ArgumentName: COPY_SOURCE } });
  if (match[3] !== undefined) throw refusal('NotImplemented', { details: { Header: COPY_SOURCE } });
  if (match[1] !== service.bucket) throw refusal('NoSuchBucket', { details: { BucketName: match[1] ?? '' } });
  const key = decodeName(match[2] ?? '');
  checkObjectName(key);
  return key;
}

function copiedHeaders(request: OssRequest, source: StoredObject): ObjectHeaders {
  const own = objectHeadersOf(request.headers);
  const directive = request.headers.get('x-oss-metadata-directive') ?? 'COPY';
  if (directive === 'REPLACE') return own;
  if (directive !== 'COPY') {
    throw refusal('InvalidArgument', { details: { ArgumentName: 'x-oss-metadata-directive' } });
  }
  return { contentType: source.contentType, headers: { ...source.headers, ...encryptionEcho(own.headers) } };
}

/** CopyObject, within the bucket. */
export async function copyObject(service: OssService, request: OssRequest): Promise<Answer> {
  checkObjectName(request.key);
  const onlyIfFree = forbidsOverwrite(request.headers);
  const sourceKey = sourceKeyOf(service, request);
  checkFree(service, request.key, onlyIfFree);
  const source = service.store.index.get(sourceKey);
  if (source === undefined) throw refusal('NoSuchKey', { details: { Key: sourceKey } });
  checkConditions(request.headers, source, `${COPY_SOURCE}-`);
  const stored = copiedHeaders(request, source);
  const opened = service.store.open(sourceKey);
  if (opened === undefined) throw refusal('NoSuchKey', { details: { Key: sourceKey } });
  const bytes = createReadStream('', { fd: opened.descriptor, start: 0 });
  const received = await receiveFile(bytes, service.store.temporaryPath, MAX_COPY_BYTES);
  const etag = etagOf(received.md5);
  const object = commitReceived(service, received, { key: request.key, stored, onlyIfFree, etag, type: 'Normal' });
  announce(service, request, { eventName: 'ObjectCreated:CopyObject', object });
  const content = element('ETag', `"${etag}"`) + element('LastModified', listDate(object.lastModified));
  return xmlAnswer('CopyObjectResult', content, { etag: `"${etag}"`, ...encryptionEcho(object.headers) });
}
