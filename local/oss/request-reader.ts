import type { IncomingMessage } from 'node:http';
import { type Address, addressOf } from './address.ts';
import { isSignedLink } from './authenticate.ts';
import { refusal } from './refusal.ts';

/** A request's own words, decoded but not yet verified. */
export interface IncomingRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
}

const MAX_PARAMETERS = 64;

function decodeParameter(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    throw refusal('InvalidArgument', { message: 'A query parameter is not valid UTF-8.' });
  }
}

function queryOf(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > MAX_PARAMETERS) throw refusal('InvalidArgument', { message: 'Too many query parameters.' });
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decodeParameter(equals < 0 ? pair : pair.slice(0, equals));
    if (query.has(name)) throw refusal('InvalidArgument', { details: { ArgumentName: name.slice(0, 100) } });
    query.set(name, equals < 0 ? '' : decodeParameter(pair.slice(equals + 1)));
  }
  return query;
}

/** Header values as text: Node reads bytes as Latin-1, clients mean UTF-8. */
function headersOf(message: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (typeof value === 'string') headers.set(name, Buffer.from(value, 'latin1').toString('utf8'));
  }
  return headers;
}

/**
 * Reads what a request is about.
 *
 * ali-oss signs a link for an IP endpoint with the bucket, but leaves the bucket out of the link; such a link is read
 * as one to `onlyBucket` when its first segment is no bucket of ours.
 *
 * @throws OssRefusal for names and parameters that cannot be decoded and for hosts of other services.
 */
export function readRequest(message: IncomingMessage, region: string, onlyBucket: string): IncomingRequest {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = queryOf(mark < 0 ? '' : target.slice(mark + 1));
  const address = addressOf({ host: message.headers.host ?? '', path }, region);
  return {
    method: message.method ?? 'GET',
    ...(isSignedLink(query) ? linkAddress(address, onlyBucket) : { bucket: address.bucket, key: address.key }),
    query,
    headers: headersOf(message),
  };
}

function linkAddress(address: Address, onlyBucket: string): Pick<Address, 'bucket' | 'key'> {
  const { bucket, key } = address;
  if (!address.pathStyle || bucket === onlyBucket) return { bucket, key };
  return { bucket: onlyBucket, key: key === '' ? bucket : `${bucket}/${key}` };
}
