import type { IncomingMessage } from 'node:http';

/** Headers by their names in lower case; one that came several times has its values joined by commas. */
export function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return headers;
}

/** The target of a request line in its two parts, not resolved: no spelling of a path becomes another one. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const at = target.indexOf('?');
  return at === -1 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/** Whether a request was addressed to this machine by name: another name is a web page's trick with its own DNS. */
export function isLoopbackHost(request: IncomingMessage): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/u.test(request.headers.host ?? '');
}

/** A body as JSON; `undefined` for anything that is none, whatever it is. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined; // JSON has no such value, so it can only mean this
  }
}
