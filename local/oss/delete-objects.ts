import { createHash } from 'node:crypto';
import { readBody } from '../face.ts';
import { percentEncode } from '../signed-request.ts';
import { checkObjectName } from './address.ts';
import { type Answer, xmlAnswer } from './answer.ts';
import { isObjectName } from './object-name.ts';
import { announce, type OssRequest, type OssService } from './oss-service.ts';
import { checkWrite } from './outage.ts';
import { readDigest } from './receive-body.ts';
import { refusal } from './refusal.ts';
import { childText, element, parseXml } from './xml.ts';

/** OSS page DeleteMultipleObjects: 1,000 keys, a body of at most 2 MB. */
const MAX_KEYS = 1000;
const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024;

/** Reads an XML request body, comparing it with its Content-MD5 if it has one. */
export async function readDocument(request: OssRequest): Promise<string> {
  const expected = readDigest(request.headers.get('content-md5'));
  if (Number(request.headers.get('content-length') ?? 0) > MAX_DOCUMENT_BYTES) throw refusal('EntityTooLarge');
  const body = await readBody(request.body, MAX_DOCUMENT_BYTES);
  if (body === undefined) throw refusal('EntityTooLarge', { details: { MaxSizeAllowed: String(MAX_DOCUMENT_BYTES) } });
  if (expected !== undefined && !expected.equals(createHash('md5').update(body).digest()))
    throw refusal('InvalidDigest');
  return body.toString('utf8');
}

/** DeleteObject: 204 whether there was an object or not. */
export function deleteObject(service: OssService, request: OssRequest): Answer {
  checkObjectName(request.key);
  const object = service.store.remove(request.key);
  if (object !== undefined) announce(service, request, { eventName: 'ObjectRemoved:DeleteObject', object });
  return { status: 204, headers: {} };
}

/** DeleteMultipleObjects: all keys are checked before the first one goes. */
export async function deleteObjects(service: OssService, request: OssRequest): Promise<Answer> {
  const root = parseXml(await readDocument(request));
  if (root?.name !== 'Delete') throw refusal('MalformedXML');
  const objects = root.children.filter((child) => child.name === 'Object');
  const keys = objects.map((object) => childText(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > MAX_KEYS || !keys.every(isObjectName)) throw refusal('MalformedXML');
  for (const key of keys) checkWrite(service.outage(), key);
  for (const key of keys) {
    const object = service.store.remove(key);
    if (object !== undefined) announce(service, request, { eventName: 'ObjectRemoved:DeleteObjects', object });
  }
  if (childText(root, 'Quiet')?.trim() === 'true') return { status: 200, headers: {} };
  const isEncoded = request.query.get('encoding-type') === 'url';
  const deleted = keys
    .map((key) => `<Deleted>${element('Key', isEncoded ? percentEncode(key) : key)}</Deleted>`)
    .join('');
  return xmlAnswer('DeleteResult', (isEncoded ? element('EncodingType', 'url') : '') + deleted);
}
