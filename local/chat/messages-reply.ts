import type { IncomingMessage } from 'node:http';
import { type HttpReply, jsonReply, textReply } from '../http-reply.ts';
import { isLoopbackHost, splitTarget } from '../http-request.ts';
import type { ChatMessage } from './message-store.ts';

const LIMIT_MAX = 1000;
const NUMBER = /^\d{1,15}$/u;
// No page of another origin may read what a chat shows, and no answer is kept by a browser.
const PRIVATE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
// Everything a terminal acts on, lines and tabs aside, and what turns the direction of a text around.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What a chat shows: a text to read, the newest message last, or with `format=json` (or an `Accept` of JSON)
 * `{"messages":[…],"last":<number>}`. `since=<number>` leaves out all up to this message, `limit` keeps the newest so
 * many (1 to 1,000, else 100).
 */
export function messagesReply(request: IncomingMessage, all: readonly ChatMessage[]): HttpReply {
  if (!isLoopbackHost(request)) return textReply(403, 'call this endpoint as http://127.0.0.1:<port>\n', PRIVATE);
  if (request.method !== 'GET') return textReply(405, 'GET shows the messages\n', { ...PRIVATE, allow: 'GET' });
  const query = new URLSearchParams(splitTarget(request.url ?? '/').query);
  const since = numberOf(query.get('since') ?? '0');
  const limit = numberOf(query.get('limit') ?? '100');
  if (since === undefined || limit === undefined || limit < 1 || limit > LIMIT_MAX) {
    return textReply(400, 'since is the number of a message, limit is 1 to 1000\n', PRIVATE);
  }
  const shown = all.filter((message) => message.number > since).slice(-limit);
  const wantsJson = query.get('format') === 'json' || (request.headers.accept ?? '').startsWith('application/json');
  if (wantsJson) return jsonReply(200, { messages: shown, last: all.at(-1)?.number ?? 0 }, PRIVATE);
  return textReply(200, shown.length === 0 ? 'no messages\n' : shown.map(asText).join('\n'), PRIVATE);
}

const numberOf = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

function asText({ number, at, repeats, title, text }: ChatMessage): string {
  const again = repeats === 0 ? '' : ` (came ${String(repeats)} more times)`;
  const lines = text.replaceAll(CONTROLS, '·').split('\n');
  const head = `#${String(number)} ${new Date(at).toISOString()}${again} ${title.replaceAll(/\s+/gu, ' ').replaceAll(CONTROLS, '·')}`;
  return `${head}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
