import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A running HTTP face of one emulated service, on 127.0.0.1. */
export interface Face {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly port: number;
  /** Stops listening and drops open connections. */
  readonly close: () => Promise<void>;
}

/** What a face may ask of its HTTP server beyond the defaults. */
export interface FaceOptions {
  /** Longest request line plus headers, in bytes; Node's default is 16 KiB. */
  readonly maxHeaderBytes?: number;
}

/**
 * Starts an HTTP server on 127.0.0.1.
 *
 * @param handle - Answers one request. A rejection ends the request with a bare 500, so that a defect of the stand-in
 *   is seen by the caller and not swallowed.
 * @param port - 0 picks a free port.
 */
export async function startFace(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
  options: FaceOptions = {},
): Promise<Face> {
  const limits = options.maxHeaderBytes === undefined ? {} : { maxHeaderSize: options.maxHeaderBytes };
  const server: Server = createServer(limits, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`local cloud: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 60_000; // SDK agents reuse sockets; the default of 5 s makes resets look like faults
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return {
    endpoint: `http://127.0.0.1:${String(address.port)}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Reads a request body into memory; resolves to `undefined` when it is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
