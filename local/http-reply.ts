import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer over HTTP. */
export interface HttpReply {
  readonly kind: 'http';
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: string;
}

/** An HTTP answer, or what happens to the connection instead of one: cut, or left open without a word. */
export type Reply = HttpReply | { readonly kind: 'reset' } | { readonly kind: 'silence' };

/** Headers of an answer. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** An answer with a body of text. */
export function textReply(status: number, body: string, headers: ReplyHeaders = {}): HttpReply {
  return { kind: 'http', status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** An answer with a JSON body. */
export function jsonReply(status: number, body: unknown, headers: ReplyHeaders = {}): HttpReply {
  const all = { 'content-type': 'application/json; charset=utf-8', ...headers };
  return { kind: 'http', status, headers: all, body: JSON.stringify(body) };
}

/** A page that a proxy in front of a service puts in the way. */
export function proxyPage(status: number): HttpReply {
  const body = `<html><head><title>${String(status)}</title></head><body><center>Tengine</center></body></html>\n`;
  return { kind: 'http', status, headers: { 'content-type': 'text/html', server: 'Tengine' }, body };
}

/** Writes an answer; a silent one leaves the connection open until the caller or `close` of the face ends it. */
export function sendReply(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  switch (reply.kind) {
    case 'http':
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'silence':
      return;
    default:
      throw new Error(`no such reply: ${String(reply satisfies never)}`);
  }
}
