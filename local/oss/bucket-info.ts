import { statSync } from 'node:fs';
import { type Answer, listDate, xmlAnswer } from './answer.ts';
import type { OssService } from './oss-service.ts';
import { element } from './xml.ts';

/** The one account of the local cloud, as list and bucket documents name an owner. */
export const OWNER_XML = `<Owner>${element('ID', '1000000000000001')}${element('DisplayName', '1000000000000001')}</Owner>`;

function bucketElements(service: OssService): string {
  const created = statSync(service.store.folder.path).birthtimeMs;
  return (
    element('Name', service.bucket) +
    element('Location', `oss-${service.region}`) +
    element('CreationDate', listDate(created)) +
    element('ExtranetEndpoint', `oss-${service.region}.aliyuncs.com`) +
    element('IntranetEndpoint', `oss-${service.region}-internal.aliyuncs.com`) +
    element('StorageClass', 'Standard')
  );
}

/** GetBucketInfo. A bucket that never had versioning has no `Versioning` element. */
export function getBucketInfo(service: OssService): Answer {
  const acl = `<AccessControlList>${element('Grant', 'private')}</AccessControlList>`;
  return xmlAnswer('BucketInfo', `<Bucket>${bucketElements(service)}${OWNER_XML}${acl}</Bucket>`);
}

/** GetBucketVersioning: never enabled, which is what create-only writes depend on. */
export function getBucketVersioning(): Answer {
  return xmlAnswer('VersioningConfiguration', '');
}

/** ListBuckets: the one bucket. */
export function listBuckets(service: OssService): Answer {
  const buckets = `<Buckets><Bucket>${bucketElements(service)}${element('Region', service.region)}</Bucket></Buckets>`;
  return xmlAnswer('ListAllMyBucketsResult', OWNER_XML + buckets);
}
