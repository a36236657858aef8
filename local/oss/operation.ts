import { refusal } from './refusal.ts';

/** The operations of the stand-in, by the names of their OSS pages. */
export type OssOperation =
  | 'ListBuckets'
  | 'GetBucketInfo'
  | 'GetBucketVersioning'
  | 'ListObjects'
  | 'ListObjectsV2'
  | 'DeleteMultipleObjects'
  | 'PutObject'
  | 'CopyObject'
  | 'GetObject'
  | 'HeadObject'
  | 'GetObjectMeta'
  | 'DeleteObject'
  | 'InitiateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload';

/**
 * Parameters that turn a request into another operation. One that is not known here must never fall through to the
 * plain operation: `PUT /key?acl` would then overwrite the object with an empty body.
 */
const SUB_RESOURCES = [
  ...[
    'accessMonitor',
    'accessPoint',
    'accessPointPolicy',
    'acl',
    'append',
    'archiveDirectRead',
    'asyncFetch',
    'bucketInfo',
  ],
  ...[
    'callback',
    'cname',
    'comp',
    'cors',
    'delete',
    'encryption',
    'httpsConfig',
    'img',
    'inventory',
    'inventoryId',
    'lifecycle',
  ],
  ...[
    'live',
    'location',
    'logging',
    'metaQuery',
    'objectMeta',
    'partNumber',
    'policy',
    'position',
    'publicAccessBlock',
  ],
  ...[
    'qos',
    'referer',
    'regionList',
    'replication',
    'requestPayment',
    'resourceGroup',
    'restore',
    'rtc',
    'seal',
    'stat',
  ],
  ...[
    'style',
    'styleName',
    'symlink',
    'tagging',
    'transferAcceleration',
    'uploadId',
    'uploads',
    'userDefinedLogFieldsConfig',
  ],
  ...['versionId', 'versioning', 'versions', 'vod', 'website', 'worm', 'wormExtend', 'wormId', 'x-oss-process'],
  ...[
    'x-oss-async-process',
    'cleanRestoredObject',
    'bucketArchiveDirectRead',
    'overwriteConfig',
    'dataRedundancyTransition',
  ],
];

/** What the choice of an operation depends on. */
export interface OperationRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly isCopy: boolean;
}

/** `METHOD service|bucket|object sub-resources`, the sub-resources sorted and joined by commas. */
const OPERATIONS: Readonly<Record<string, OssOperation>> = {
  'GET service ': 'ListBuckets',
  'GET bucket bucketInfo': 'GetBucketInfo',
  'GET bucket versioning': 'GetBucketVersioning',
  'GET bucket ': 'ListObjects',
  'POST bucket delete': 'DeleteMultipleObjects',
  'PUT object ': 'PutObject',
  'GET object ': 'GetObject',
  'HEAD object ': 'HeadObject',
  'HEAD object objectMeta': 'GetObjectMeta',
  'DELETE object ': 'DeleteObject',
  'POST object uploads': 'InitiateMultipartUpload',
  'PUT object partNumber,uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
};

/** Names the operation of a request; refuses what the stand-in does not have with NotImplemented, never silently. */
export function operationOf(request: OperationRequest): OssOperation {
  const subject = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const subResources = SUB_RESOURCES.filter((name) => request.query.has(name)).sort();
  const operation = OPERATIONS[`${request.method} ${subject} ${subResources.join(',')}`];
  if (operation === undefined) {
    throw refusal(subResources.length === 0 ? 'MethodNotAllowed' : 'NotImplemented', {
      details: { Method: request.method, ResourceType: subResources.length === 0 ? subject : subResources.join(',') },
    });
  }
  if (operation === 'ListObjects' && request.query.get('list-type') === '2') return 'ListObjectsV2';
  if (operation === 'PutObject' && request.isCopy) return 'CopyObject';
  return operation;
}
