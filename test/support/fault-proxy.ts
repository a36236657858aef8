import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { readBody, startFace } from '../../local/face.ts';

/**
 * What becomes of one request on its way to a stand-in: passed on; cut before it gets there; passed on and its answer
 * cut; never answered; half an answer; or an answer that is not the service's.
 */
export type Fault =
  | 'pass'
  | 'reset-before'
  | 'reset-after'
  | 'silence'
  | 'cut-short'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };

/** A load balancer's page. */
export const HTML_503: Fault = { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
/** A captive portal's page: a success that is nobody's answer. */
export const HTML_200: Fault = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' };

/** A hop in front of a stand-in that spoils requests on demand. */
export interface FaultProxy {
  readonly endpoint: string;
  readonly port: number;
  /** Faults for the next requests, in order; what comes after them passes. */
  readonly plan: (...faults: readonly Fault[]) => void;
  /** Method and target of every request that came, as it stood on the wire. */
  readonly seen: readonly string[];
  /** The headers of each of them. */
  readonly headers: readonly IncomingHttpHeaders[];
}

/** Starts a hop in front of `target`; it is closed when the test ends. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const seen: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let planned: readonly Fault[] = [];
  const face = await startFace(async (request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    headers.push(request.headers);
    const [fault = 'pass', ...rest] = planned;
    planned = rest;
    const body = await readBody(request, 32 * 1024 * 1024);
    if (fault === 'silence') return;
    if (fault === 'reset-before') response.destroy();
    else if (typeof fault === 'object') response.writeHead(fault.status, fault.headers).end(fault.body);
    else answer(await forward(target, request, body ?? Buffer.alloc(0)), response, fault);
  });
  onTestFinished(() => face.close());
  return {
    endpoint: face.endpoint,
    port: face.port,
    seen,
    headers,
    plan: (...faults) => {
      planned = faults;
    },
  };
}

interface Forwarded {
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

function forward(target: string, request: IncomingMessage, body: Buffer): Promise<Forwarded> {
  const { hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    // The Host goes on as it came: it names the bucket or project, and some signatures cover it.
    const outgoing = httpRequest(
      { hostname, port, method: request.method, path: request.url, headers: request.headers, agent: false },
      (incoming) => {
        readBody(incoming, 32 * 1024 * 1024).then(
          (read) => resolve({ incoming, body: read ?? Buffer.alloc(0) }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function answer({ incoming, body }: Forwarded, response: ServerResponse, fault: Fault): void {
  if (fault === 'reset-after') {
    response.destroy();
    return;
  }
  response.writeHead(incoming.statusCode ?? 500, incoming.headers);
  if (fault === 'cut-short') response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  else response.end(body);
}
