/** The access key of one invocation. A token, where there is one, belongs to exactly this key. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}
