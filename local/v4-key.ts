import { createHmac } from 'node:crypto';

/**
 * Signs with a V4 key of the vendor, derived step by step from the secret: day, region, product, terminator.
 *
 * @returns Lower-case hex.
 * @see The V4 signature pages of OSS and Log Service, which differ in the product and in what is signed.
 */
export function signWithV4Key(accessKeySecret: string, scope: readonly string[], stringToSign: string): string {
  let key: Buffer = Buffer.from(`aliyun_v4${accessKeySecret}`);
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}
