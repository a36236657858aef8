import { createHash, createHmac } from 'node:crypto';

/** What Function Compute's own signature covers. */
export interface FcSignedRequest {
  readonly method: string;
  /** Decoded, with the version in front, without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Reads `Authorization: FC <access key id>:<signature>`; `undefined` when it is not of this scheme. */
export function parseFcAuthorization(
  header: string,
): { readonly accessKeyId: string; readonly signature: string } | undefined {
  const [, accessKeyId, signature] = /^FC ([^:\s]+):([A-Za-z0-9+/]{43}=)$/u.exec(header) ?? [];
  return accessKeyId === undefined || signature === undefined ? undefined : { accessKeyId, signature };
}

/**
 * The signature that `@alicloud/fc2` sends: HMAC-SHA256 in base64 over method, `content-md5`, `content-type`, `date`,
 * every `x-fc-` header in order, and the path. Neither the host nor the query is covered.
 */
export function signFc({ method, path, headers }: FcSignedRequest, accessKeySecret: string): string {
  const ownHeaders = [...headers]
    .filter(([name]) => name.startsWith('x-fc-'))
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}:${value}\n`);
  const text = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    headers.get('date') ?? '',
    `${ownHeaders.join('')}${path}`,
  ].join('\n');
  return createHmac('sha256', accessKeySecret).update(text, 'utf8').digest('base64');
}

/**
 * Whether a `content-md5` header fits a body. `@alicloud/fc2` sends the base64 of the 32 hex digits in place of the base64
 * of the 16 bytes (RFC 1864); either is accepted.
 */
export function isContentMd5(header: string, body: Buffer): boolean {
  const digest = createHash('md5').update(body).digest();
  return header === Buffer.from(digest.toString('hex')).toString('base64') || header === digest.toString('base64');
}
