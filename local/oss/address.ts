import { isObjectName } from './object-name.ts';
import { refusal } from './refusal.ts';

/** What a request is about. An empty bucket is the service, an empty key the bucket. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
  /** Whether the bucket was read from the path, as it is for a loopback Host. */
  readonly pathStyle: boolean;
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;
const SERVICE_HOST =
  /^(?:([a-z0-9_-]*)\.)?(?:oss-)?([a-z]{2}(?:-[a-z0-9]+)+?)(?:-internal)?\.aliyuncs\.com(?::\d{1,5})?$/;

/** Percent-decodes a name; an OSS name is UTF-8, so anything else is no object name. */
export function decodeName(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw refusal('InvalidObjectName');
  }
}

/** A region without the `oss-` prefix that endpoints and the SDK put before it. */
export function bareRegion(region: string): string {
  return region.startsWith('oss-') ? region.slice('oss-'.length) : region;
}

/** Refuses a key that OSS does not allow. */
export function checkObjectName(key: string): void {
  if (!isObjectName(key)) throw refusal('InvalidObjectName', { details: { ObjectName: key.slice(0, 200) } });
}

/**
 * Reads bucket and key from the Host header and the raw path: `<bucket>.oss-<region>.aliyuncs.com` with the key as the
 * whole path (what ali-oss sends to an IP endpoint), or a loopback Host with the bucket as the first path segment.
 */
export function addressOf(request: { readonly host: string; readonly path: string }, region: string): Address {
  if (!request.path.startsWith('/'))
    throw refusal('InvalidArgument', { message: 'The request target must be a path.' });
  const host = request.host.toLowerCase();
  const rest = request.path.slice(1);
  if (LOOPBACK_HOST.test(host)) {
    const slash = rest.indexOf('/');
    const bucket = slash < 0 ? rest : rest.slice(0, slash);
    return { bucket: decodeName(bucket), key: slash < 0 ? '' : decodeName(rest.slice(slash + 1)), pathStyle: true };
  }
  const match = SERVICE_HOST.exec(host);
  if (match === null) throw refusal('AccessDenied', { message: 'The host is not one of this service.' });
  if (match[2] !== region) {
    throw refusal('AccessDenied', {
      message: 'The bucket you are attempting to access must be addressed using the specified endpoint.',
      details: { Endpoint: `oss-${region}.aliyuncs.com` },
    });
  }
  return { bucket: match[1] ?? '', key: decodeName(rest), pathStyle: false };
}
