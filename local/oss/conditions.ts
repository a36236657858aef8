import { httpDate } from './answer.ts';
import { refusal } from './refusal.ts';
import type { StoredObject } from './stored-object.ts';

type Headers = ReadonlyMap<string, string>;

/** The headers that make a request conditional, without their prefix. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

function namesEtag(header: string, etag: string): boolean {
  return header === '*' || header.replace(/^"(.*)"$/, '$1') === etag;
}

function epochOf(header: string | undefined): number | undefined {
  const epochMs = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(epochMs) ? undefined : epochMs; // a date that cannot be read is no condition
}

/**
 * Checks the conditions of a read, or with the prefix `x-oss-copy-source-` those that a copy puts on its source.
 *
 * @throws OssRefusal PreconditionFailed (412) when the object is not the one meant, NotModified (304) when it is the
 *   one the caller has. Dates are compared in whole seconds, the unit in which OSS tells them.
 * @see OSS page GetObject, "If-Match" and the following.
 */
export function checkConditions(headers: Headers, object: StoredObject, prefix = ''): void {
  const changedAt = Math.floor(object.lastModified / 1000) * 1000;
  const ifMatch = headers.get(`${prefix}if-match`);
  if (ifMatch !== undefined && !namesEtag(ifMatch, object.etag)) throw failed('If-Match');
  const unmodifiedSince = epochOf(headers.get(`${prefix}if-unmodified-since`));
  if (unmodifiedSince !== undefined && changedAt > unmodifiedSince) throw failed('If-Unmodified-Since');
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  if (ifNoneMatch !== undefined && namesEtag(ifNoneMatch, object.etag)) throw notModified(object);
  const modifiedSince = epochOf(headers.get(`${prefix}if-modified-since`));
  if (modifiedSince !== undefined && changedAt <= modifiedSince) throw notModified(object);
}

/**
 * Refuses a PUT that carries a condition: OSS has no compare-and-swap, and a client that believes in one must hear it.
 *
 * @see OSS page "Error responses": NotImplemented names the header.
 */
export function refuseConditions(headers: Headers): void {
  const condition = CONDITIONS.find((name) => headers.has(name));
  if (condition !== undefined) throw refusal('NotImplemented', { details: { Header: condition } });
}

function failed(condition: string): Error {
  return refusal('PreconditionFailed', { details: { Condition: condition } });
}

function notModified(object: StoredObject): Error {
  return refusal('NotModified', {
    details: { etag: `"${object.etag}"`, 'last-modified': httpDate(object.lastModified) },
  });
}
