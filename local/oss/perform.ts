import type { Answer } from './answer.ts';
import { getBucketInfo, getBucketVersioning, listBuckets } from './bucket-info.ts';
import { deleteObject, deleteObjects } from './delete-objects.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { abortUpload, completeUpload, initiateUpload, uploadPart } from './multipart-objects.ts';
import type { OssOperation } from './operation.ts';
import type { OssRequest, OssService } from './oss-service.ts';
import { checkOutage } from './outage.ts';
import { getObject, getObjectMeta, headObject } from './read-objects.ts';
import { copyObject, putObject } from './write-objects.ts';

type Perform = (service: OssService, request: OssRequest) => Answer | Promise<Answer>;

const OPERATIONS: Readonly<Record<OssOperation, Perform>> = {
  ListBuckets: listBuckets,
  GetBucketInfo: getBucketInfo,
  GetBucketVersioning: getBucketVersioning,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  DeleteMultipleObjects: deleteObjects,
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectMeta: getObjectMeta,
  DeleteObject: deleteObject,
  InitiateMultipartUpload: initiateUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
};

/** Carries out one verified request. */
export async function perform(operation: OssOperation, service: OssService, request: OssRequest): Promise<Answer> {
  checkOutage(service.outage(), operation, request.key);
  return await OPERATIONS[operation](service, request);
}
