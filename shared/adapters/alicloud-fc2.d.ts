/**
 * The part of @alicloud/fc2 2.6.6 that `fc2-invoker.ts` uses, as it really behaves; the package ships no types. Nothing
 * else imports it.
 */
declare module '@alicloud/fc2' {
  interface Config {
    readonly accessKeyID: string;
    readonly accessKeySecret: string;
    /** Sent only when the key id begins with `STS`; required then. */
    readonly securityToken?: string;
    readonly region: string;
    /** Without it the protocol is plain http unless `secure` is set. The Host header is its host name, without the port. */
    readonly endpoint: string;
    readonly secure: boolean;
    /** Milliseconds. */
    readonly timeout: number;
  }

  class Fc2Client {
    constructor(accountId: string, config: Config);
    /** First segment of every path: `2016-08-15` unless it is set. */
    version: string;
    /**
     * Resolves for every 2xx, whatever answered. Rejects with an Error whose message holds status and request id; `code`
     * is the error code of the 2016 API and the text-less `undefined` for the 2023 API, whose bodies it does not know.
     */
    post(
      path: string,
      body: Buffer,
      headers: Readonly<Record<string, string>>,
      query: null,
      options: { readonly rawBuf: true },
    ): Promise<{ readonly headers: Readonly<Record<string, string | string[] | undefined>> }>;
  }

  export default Fc2Client;
}
