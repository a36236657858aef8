import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as later } from 'node:timers';

/** A way to a service of this machine that takes as long as one to a service elsewhere. */
export interface SlowLine {
  /** Where it begins: to be used in place of the service's own endpoint. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/**
 * Opens a line on 127.0.0.1 on which everything sent to the service arrives so much later, so that no request is
 * answered sooner; many can be under way at once. What is sent is kept in memory until then.
 *
 * @param service - `http://127.0.0.1:<port>`
 */
export async function startSlowLine(service: string, delayMs: number): Promise<SlowLine> {
  const { hostname, port } = new URL(service);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // 'close' follows
    }
    client.on('data', (bytes) => later(() => upstream.write(bytes), delayMs));
    client.on('end', () => later(() => upstream.end(), delayMs));
    client.on('close', () => {
      open.delete(client);
      later(() => upstream.destroy(), delayMs);
    });
    upstream.pipe(client);
    upstream.on('close', () => {
      open.delete(upstream);
      client.destroy();
    });
  });
  await listen(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the line has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
