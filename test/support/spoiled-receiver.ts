import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { readBody, startFace } from '../../local/face.ts';

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts a receiver that answers as it is told; it is closed when the test ends. */
export async function spoiledReceiver(
  answer: (response: ServerResponse, request: SeenRequest) => void,
): Promise<{ readonly endpoint: string; readonly seen: readonly SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const face = await startFace(async (request, response) => {
    const body = await readBody(request, 1024 * 1024);
    const { headers, method = '', url = '' } = request;
    const one = { method, target: url, headers, body: body?.toString('utf8') ?? '' };
    seen.push(one);
    answer(response, one);
  });
  onTestFinished(() => face.close());
  return { endpoint: face.endpoint, seen };
}

/** An answer in JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
