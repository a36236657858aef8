/** The temporary key of the function's role; there is no other caller. */
export const ROLE_KEY = {
  accessKeyId: 'STS.bench',
  accessKeySecret: 'a key of the local cloud alone',
  securityToken: 'a token of the local cloud alone',
} as const;

/** The account that the stand-ins and the function are in. */
export const ACCOUNT = '1234567890123456';
export const REGION = 'cn-hangzhou';
export const BUCKET = 'bench-bucket';
export const PROJECT = 'bench-project';
export const LOGSTORE = 'outcomes';
