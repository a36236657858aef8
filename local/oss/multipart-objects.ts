import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { checkObjectName } from './address.ts';
import { type Answer, xmlAnswer } from './answer.ts';
import { readDocument } from './delete-objects.ts';
import { encryptionEcho, forbidsOverwrite, objectHeadersOf } from './object-headers.ts';
import { announce, type OssRequest, type OssService } from './oss-service.ts';
import { discard, etagOf, type ReceivedFile, receiveBody, receiveFile } from './receive-body.ts';
import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';
import type { Upload } from './uploads.ts';
import { checkFree, commitReceived } from './write-objects.ts';
import { childText, element, parseXml } from './xml.ts';

/** OSS page UploadPart: numbers 1 to 10,000; every part but the last has at least 100 KB. */
const MAX_PART_NUMBER = 10_000;
const MIN_PART_BYTES = 100 * 1024;
/** The largest object a completed upload may make here. */
const MAX_OBJECT_BYTES = 1024 ** 3;

/** InitiateMultipartUpload. */
export function initiateUpload(service: OssService, request: OssRequest): Answer {
  checkObjectName(request.key);
  const onlyIfFree = forbidsOverwrite(request.headers);
  checkFree(service, request.key, onlyIfFree);
  const upload = service.uploads.begin({ key: request.key, stored: objectHeadersOf(request.headers), onlyIfFree });
  return xmlAnswer(
    'InitiateMultipartUploadResult',
    element('Bucket', service.bucket) + element('Key', request.key) + element('UploadId', upload.id),
    encryptionEcho(upload.stored.headers),
  );
}

function uploadOf(service: OssService, request: OssRequest): Upload {
  return service.uploads.find(request.query.get('uploadId') ?? '', request.key);
}

/** UploadPart. */
export async function uploadPart(service: OssService, request: OssRequest): Promise<Answer> {
  const upload = uploadOf(service, request);
  if (request.headers.has('x-oss-copy-source'))
    throw refusal('NotImplemented', { details: { Header: 'x-oss-copy-source' } });
  const text = request.query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_PART_NUMBER) {
    throw refusal('InvalidArgument', { details: { ArgumentName: 'partNumber', ArgumentValue: text.slice(0, 20) } });
  }
  const received = await receiveBody(request.body, service.store.temporaryPath);
  try {
    service.uploads.addPart(uploadOf(service, request), number, received); // it may have been aborted meanwhile
  } catch (error) {
    discard(received.path);
    throw error;
  }
  const etag = etagOf(received.md5);
  return {
    status: 200,
    headers: {
      etag: `"${etag}"`,
      'content-md5': received.md5.toString('base64'),
      ...encryptionEcho(upload.stored.headers),
    },
  };
}

/** AbortMultipartUpload. */
export function abortUpload(service: OssService, request: OssRequest): Answer {
  service.uploads.abort(uploadOf(service, request));
  return { status: 204, headers: {} };
}

/** The parts that a completion names, in its order. */
function namedParts(document: string, upload: Upload): readonly ReceivedFile[] {
  const root = parseXml(document);
  if (root?.name !== 'CompleteMultipartUpload' || root.children.length === 0) throw refusal('MalformedXML');
  let previous = 0;
  const parts = root.children.map((child) => {
    const number = Number(childText(child, 'PartNumber')?.trim() ?? Number.NaN);
    const etag = childText(child, 'ETag')?.trim().replaceAll('"', '');
    if (child.name !== 'Part' || !Number.isSafeInteger(number)) throw refusal('MalformedXML');
    if (number <= previous) throw refusal('InvalidPartOrder');
    previous = number;
    const part = upload.parts.get(number);
    if (part === undefined || etag !== etagOf(part.md5)) {
      throw refusal('InvalidPart', { details: { PartNumber: String(number) } });
    }
    return part;
  });
  if (parts.slice(0, -1).some((part) => part.size < MIN_PART_BYTES)) throw refusal('EntityTooSmall');
  return parts;
}

async function* bytesOf(parts: readonly ReceivedFile[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* createReadStream(part.path) as AsyncIterable<Buffer>;
}

/** The ETag of a multipart object: MD5 over the parts' MD5s, with their number. */
function multipartEtag(parts: readonly ReceivedFile[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part.md5);
  return `${etagOf(hash.digest())}-${parts.length}`;
}

/** CompleteMultipartUpload. */
export async function completeUpload(service: OssService, request: OssRequest): Promise<Answer> {
  const document = await readDocument(request);
  const upload = uploadOf(service, request);
  const onlyIfFree = upload.onlyIfFree || forbidsOverwrite(request.headers);
  checkFree(service, request.key, onlyIfFree);
  const parts = namedParts(document, upload);
  service.uploads.take(upload);
  const etag = multipartEtag(parts);
  let object: StoredObject;
  try {
    const received = await receiveFile(bytesOf(parts), service.store.temporaryPath, MAX_OBJECT_BYTES);
    const write = { key: upload.key, stored: upload.stored, onlyIfFree, etag, type: 'Multipart' } as const;
    object = commitReceived(service, received, write);
  } catch (error) {
    service.uploads.giveBack(upload);
    throw error;
  }
  service.uploads.abort(upload); // the parts have become the object
  announce(service, request, { eventName: 'ObjectCreated:CompleteMultipartUpload', object });
  const location = `http://${service.bucket}.oss-${service.region}.aliyuncs.com/${encodeURIComponent(upload.key)}`;
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    element('Location', location) +
      element('Bucket', service.bucket) +
      element('Key', upload.key) +
      element('ETag', `"${etag}"`),
    { etag: `"${etag}"`, ...encryptionEcho(upload.stored.headers) },
  );
}
