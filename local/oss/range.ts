import { refusal } from './refusal.ts';

/** Both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

function parseRange(header: string, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') return to === '' ? undefined : { start: size - Number(to), end: size - 1 };
  return { start: Number(from), end: to === '' ? size - 1 : Number(to) };
}

/**
 * The range a GET asks for.
 *
 * @returns `undefined` for no range and for an invalid one, which gets the whole object: OSS page GetObject. A range
 *   that ends past the object is invalid too, unless `x-oss-range-behavior: standard` asks for what HTTP says.
 * @throws OssRefusal InvalidRange, in the standard behaviour, when the range starts past the end.
 */
export function rangeOf(headers: ReadonlyMap<string, string>, size: number): ByteRange | undefined {
  const header = headers.get('range');
  const range = header === undefined ? undefined : parseRange(header, size);
  if (range === undefined) return undefined;
  if (headers.get('x-oss-range-behavior') === 'standard') {
    const clipped = { start: Math.max(range.start, 0), end: Math.min(range.end, size - 1) };
    if (clipped.start > clipped.end) throw refusal('InvalidRange', { details: { ActualObjectSize: String(size) } });
    return clipped;
  }
  return range.start < 0 || range.start > range.end || range.end >= size ? undefined : range;
}
