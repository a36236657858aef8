import type { IncomingMessage } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { ObjectStore } from './object-store.ts';
import type { OssOutage } from './outage.ts';
import type { StoredObject } from './stored-object.ts';
import type { Uploads } from './uploads.ts';

/**
 * What happened to an object, in the words of OSS event notifications (without the `oss:` prefix that a trigger's
 * configuration has). A copied or deleted file is told as the PutObject or DeleteObject that it stands for.
 */
export interface OssObjectEvent {
  readonly eventName:
    | 'ObjectCreated:PutObject'
    | 'ObjectCreated:PostObject'
    | 'ObjectCreated:CopyObject'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:DeleteObject'
    | 'ObjectRemoved:DeleteObjects';
  readonly bucket: string;
  readonly key: string;
  /** Upper-case hex, no quotes; of the removed object for a removal. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds of the moved clock. */
  readonly at: number;
  readonly requestId: string;
  readonly sourceIp: string;
  /** An account-like number derived from the access key, or `local-copy` for a file changed by hand. */
  readonly principalId: string;
}

/** One verified request to this bucket. */
export interface OssRequest {
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names, values decoded from UTF-8. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: IncomingMessage;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly principalId: string;
}

/** What operations work on. */
export interface OssService {
  readonly bucket: string;
  /** Without the `oss-` prefix. */
  readonly region: string;
  readonly clock: LocalClock;
  readonly store: ObjectStore;
  readonly uploads: Uploads;
  readonly onEvent: (event: OssObjectEvent) => void;
  /** What is refused at the moment. */
  readonly outage: () => OssOutage;
}

/** Tells the owner of the stand-in what a request did to an object. */
export function announce(
  service: OssService,
  request: OssRequest,
  happened: { readonly eventName: OssObjectEvent['eventName']; readonly object: StoredObject },
): void {
  service.onEvent({
    eventName: happened.eventName,
    bucket: service.bucket,
    key: happened.object.key,
    etag: happened.object.etag,
    size: happened.object.size,
    at: service.clock.now(),
    requestId: request.requestId,
    sourceIp: request.sourceIp,
    principalId: request.principalId,
  });
}
