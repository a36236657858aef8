import { percentEncode } from '../signed-request.ts';
import { type Answer, listDate, xmlAnswer } from './answer.ts';
import { OWNER_XML } from './bucket-info.ts';
import { listPage } from './listing.ts';
import { KEY_MAX_BYTES } from './object-name.ts';
import type { OssRequest, OssService } from './oss-service.ts';
import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';
import { element } from './xml.ts';

const DEFAULT_MAX_KEYS = 100;
const MAX_MAX_KEYS = 1000;
/** Begins every continuation token, so that a token from elsewhere is refused and not taken for a key. */
const TOKEN_MARK = '1 ';

type Query = ReadonlyMap<string, string>;

function invalidArgument(name: string, value: string): Error {
  return refusal('InvalidArgument', { details: { ArgumentName: name, ArgumentValue: value.slice(0, 100) } });
}

function textOf(query: Query, name: string): string {
  const value = query.get(name) ?? '';
  if (Buffer.byteLength(value) > KEY_MAX_BYTES) throw invalidArgument(name, value);
  return value;
}

function maxKeysOf(query: Query): number {
  const text = query.get('max-keys') ?? '';
  if (text === '') return DEFAULT_MAX_KEYS;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_MAX_KEYS) throw invalidArgument('max-keys', text);
  return count;
}

/** How names are written: as they are, or percent-encoded with `encoding-type=url`. */
function nameWriter(query: Query): (name: string) => string {
  const type = query.get('encoding-type') ?? '';
  if (type === '') return (name) => name;
  if (type !== 'url') throw invalidArgument('encoding-type', type);
  return percentEncode;
}

function writeToken(name: string): string {
  return Buffer.from(TOKEN_MARK + name).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith(TOKEN_MARK)) throw invalidArgument('continuation-token', token);
  return text.slice(TOKEN_MARK.length);
}

function contentsOf(object: StoredObject, write: (name: string) => string, withOwner: boolean): string {
  return `<Contents>${element('Key', write(object.key))}${element('LastModified', listDate(object.lastModified))}${element(
    'ETag',
    `"${object.etag}"`,
  )}${element('Type', object.type)}${element('Size', object.size)}${element('StorageClass', 'Standard')}${withOwner ? OWNER_XML : ''}</Contents>`;
}

interface ListRequest {
  readonly after: string | undefined;
  readonly withOwner: boolean;
  /** The elements of the version between the common ones, given the next name and how many names the page has. */
  readonly paging: (
    write: (name: string) => string,
    page: { readonly next: string | undefined; readonly count: number },
  ) => string;
}

function answerList(service: OssService, query: Query, list: ListRequest): Answer {
  const write = nameWriter(query);
  const prefix = textOf(query, 'prefix');
  const delimiter = textOf(query, 'delimiter');
  const maxKeys = maxKeysOf(query);
  const page = listPage(service.store.index, { prefix, delimiter, after: list.after, maxKeys });
  const count = page.objects.length + page.prefixes.length;
  return xmlAnswer(
    'ListBucketResult',
    element('Name', service.bucket) +
      element('Prefix', write(prefix)) +
      element('MaxKeys', maxKeys) +
      element('Delimiter', write(delimiter)) +
      (query.get('encoding-type') === 'url' ? element('EncodingType', 'url') : '') +
      element('IsTruncated', String(page.next !== undefined)) +
      list.paging(write, { next: page.next, count }) +
      page.objects.map((object) => contentsOf(object, write, list.withOwner)).join('') +
      page.prefixes.map((name) => `<CommonPrefixes>${element('Prefix', write(name))}</CommonPrefixes>`).join(''),
  );
}

/** ListObjects, the first version: `marker`, and an owner with each object (ali-oss fails without one). */
export function listObjects(service: OssService, request: OssRequest): Answer {
  const marker = textOf(request.query, 'marker');
  return answerList(service, request.query, {
    after: marker === '' ? undefined : marker,
    withOwner: true,
    paging: (write, { next }) =>
      element('Marker', write(marker)) + (next === undefined ? '' : element('NextMarker', write(next))),
  });
}

/** ListObjectsV2: `start-after`, an opaque continuation token that wins over it, `fetch-owner`. */
export function listObjectsV2(service: OssService, request: OssRequest): Answer {
  const startAfter = textOf(request.query, 'start-after');
  const token = request.query.get('continuation-token') ?? '';
  const start = startAfter === '' ? undefined : startAfter;
  return answerList(service, request.query, {
    after: token === '' ? start : readToken(token),
    withOwner: request.query.get('fetch-owner') === 'true',
    paging: (write, { next, count }) =>
      (startAfter === '' ? '' : element('StartAfter', write(startAfter))) +
      (token === '' ? '' : element('ContinuationToken', token)) +
      (next === undefined ? '' : element('NextContinuationToken', writeToken(next))) +
      element('KeyCount', count),
  });
}
