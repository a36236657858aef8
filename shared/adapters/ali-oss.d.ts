/**
 * The part of ali-oss 6.23 that `oss-client.ts` uses, as it really behaves; `@types/ali-oss` lacks half of it and
 * says otherwise about the rest. Nothing else imports ali-oss.
 */
declare module 'ali-oss' {
  /** What the injected transport answered, passed through untouched. */
  interface Reply {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly oversize?: number;
  }

  /** The transport that replaces `urllib` (`client.js`: "support custom agent and urllib client"). */
  interface Transport {
    readonly request: (
      url: string,
      request: {
        readonly method: string;
        readonly headers: Readonly<Record<string, string | number>>;
        readonly content?: Buffer | string;
        readonly timeout: number;
        /** `ctx` of the method's options, or what the client was constructed with. */
        readonly ctx?: unknown;
      },
    ) => Promise<{
      readonly status: number;
      readonly data: Buffer;
      readonly headers: Reply['headers'];
      readonly res: Reply;
    }>;
  }

  interface Options {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly stsToken?: string;
    /** Without it (or a refresher) every construction with a token prints a warning; without a refresher it does nothing. */
    readonly refreshSTSTokenInterval: number;
    /** With the `oss-` prefix. Needed beside `endpoint`: V4 signs it, and with an IP endpoint it forms the Host. */
    readonly region: string;
    readonly endpoint: string;
    readonly bucket: string;
    readonly secure: boolean;
    readonly authorizationV4: true;
    readonly urllib: Transport;
  }

  interface CallOptions {
    /** Milliseconds. */
    timeout: number;
    headers?: Record<string, string>;
    ctx?: unknown;
  }

  /** Methods write into the options they are given, so each call needs fresh ones. */
  class AliOss {
    constructor(options: Options);
    get(name: string, options: CallOptions): Promise<{ content: Buffer; res: Reply }>;
    head(name: string, options: CallOptions): Promise<{ status: number; res: Reply }>;
    /** A string instead of a Buffer would be taken for a file path. */
    put(name: string, content: Buffer, options: CallOptions & { mime: string }): Promise<{ res: Reply }>;
    copy(
      name: string,
      source: string,
      options: CallOptions,
    ): Promise<{ data: { etag?: unknown; lastModified?: unknown } | null | undefined; res: Reply }>;
    delete(name: string, options: CallOptions): Promise<{ res: Reply }>;
    /** Escapes the keys for XML, but what XML has no form for goes out as it is. */
    deleteMulti(names: string[], options: CallOptions & { quiet: true }): Promise<{ res: Reply }>;
    /** Fields are what the XML held, unchecked: text, or objects where the XML was odd. */
    listV2(
      query: Record<string, string | number>,
      options: CallOptions,
    ): Promise<{
      objects: readonly { name: unknown; etag: unknown; size: unknown; lastModified: unknown }[];
      isTruncated: boolean;
      res: Reply;
    }>;
  }

  export default AliOss;
}
