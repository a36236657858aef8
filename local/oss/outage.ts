import type { OssOperation } from './operation.ts';
import { refusal } from './refusal.ts';

/** What the service refuses until it is told otherwise: every request, or what changes objects below some prefixes. */
export type OssOutage =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  /** A prefix of no characters means every object. */
  | { readonly kind: 'writes'; readonly prefixes: readonly string[] };

/** Operations on one object that change it. DeleteMultipleObjects is asked about each of its keys. */
const WRITES: ReadonlySet<OssOperation> = new Set<OssOperation>([
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'InitiateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
]);

/** Refuses an operation that falls into an outage. @throws OssRefusal ServiceUnavailable (503). */
export function checkOutage(outage: OssOutage, operation: OssOperation, key: string): void {
  if (outage.kind === 'all') throw refusal('ServiceUnavailable');
  if (WRITES.has(operation)) checkWrite(outage, key);
}

/** Refuses to change an object that falls into an outage. @throws OssRefusal ServiceUnavailable (503). */
export function checkWrite(outage: OssOutage, key: string): void {
  if (outage.kind === 'writes' && outage.prefixes.some((prefix) => key.startsWith(prefix))) {
    throw refusal('ServiceUnavailable');
  }
}
