import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { LocalClock } from '../clock.ts';
import { type Face, readBody, startFace } from '../face.ts';
import { createFaultPlan, type FaultSpan } from '../fault-plan.ts';
import { proxyPage, type Reply, sendReply } from '../http-reply.ts';
import { headersOf, splitTarget } from '../http-request.ts';
import type { ChatRefusal, ChatRules } from './chat-rules.ts';
import { type ChatMessage, openMessages } from './message-store.ts';
import { messagesReply } from './messages-reply.ts';
import { openSendLimit } from './send-limit.ts';

/** The positions of a chat's switch, `ok` aside: what goes wrong with every message. */
export const CHAT_FAULTS = [
  'down', // the connection is cut, nothing shown
  'hang', // no answer ever, nothing shown
  'html', // a proxy's page with status 502
  'html-200', // a proxy's page with status 200
  'throttled', // the answer of a limit
  'anti-flood', // the answer of the front end before the service
  'refused', // the address is no longer good
  'content-refused', // the text is not acceptable
  'busy', // the service has trouble and says so
  'answer-lost', // shown, and the connection cut before the answer
] as const;

/** What goes wrong with a message. */
export type ChatFault = (typeof CHAT_FAULTS)[number];

/** What a chat is started with. */
export interface ChatFaceOptions {
  /** Messages and counters are kept here. */
  readonly folder: string;
  readonly clock: LocalClock;
  readonly port?: number;
  /** Told every message that is shown, and not its repeats. */
  readonly onMessage?: ((message: ChatMessage) => void) | undefined;
}

/** A running chat. */
export interface LocalChat extends Face {
  /** Where messages are sent to; carries the token. */
  readonly webhook: string;
  /** What messages are signed with; blank where the service has no signature. */
  readonly secret: string;
  /** Where the messages can be read, over HTTP. */
  readonly messagesUrl: string;
  /** The newest 1,000 messages, oldest first. */
  readonly messages: () => readonly ChatMessage[];
  /** Replaces the faults of the next calls. */
  readonly setFaults: (faults: readonly ({ readonly fault: ChatFault } & FaultSpan)[]) => void;
  /** What goes wrong with every call until it is told otherwise. */
  readonly holdFault: (fault: ChatFault | undefined) => void;
  /** Forgets messages, counters, a mute and faults; address and secret stay. */
  readonly reset: () => void;
}

/** Read of a body at most; every service refuses less than that by itself. */
const READ_MAX_BYTES = 1024 * 1024;
/** Told with a fault's throttling, which has no end of its own. */
const FAULT_RETRY_MS = 60_000;

/** Starts a chat on 127.0.0.1 that answers as its rules say and shows what it took at `GET /messages`. */
export async function startChatFace(rules: ChatRules, options: ChatFaceOptions): Promise<LocalChat> {
  const { clock, folder } = options;
  const messages = openMessages(folder);
  const limit = openSendLimit(join(folder, 'limit.json'), rules.limits);
  const faults = createFaultPlan<{ readonly fault: ChatFault }>(clock.now);

  const take = (request: IncomingMessage, body: Buffer): Reply => {
    const { path, query } = splitTarget(request.url ?? '/');
    const call = { method: request.method ?? '', path, query: new URLSearchParams(query), headers: headersOf(request) };
    const reading = rules.read({ ...call, body });
    if (reading.kind === 'refused') return reading.reply;
    const now = clock.now();
    const admission = limit.take(now);
    if (admission.kind === 'throttled') return rules.refuse('throttled', admission.retryAfterMs);
    const { key } = reading;
    const known = key !== undefined && messages.countRepeat(key, now - rules.rememberKeysMs()) !== undefined;
    if (!known) {
      const { title, text, body: sent } = reading;
      const shown = messages.add({ at: now, title, text, body: sent, ...(key === undefined ? {} : { key }) });
      options.onMessage?.(shown);
    }
    return rules.delivered;
  };

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { path } = splitTarget(request.url ?? '/');
    if (path === '/messages') return messagesReply(request, messages.list());
    const body = await readBody(request, READ_MAX_BYTES);
    const fault = faults.take(() => true)?.fault;
    if (fault !== undefined && fault !== 'answer-lost') return faultReply(rules, fault);
    const reply = body === undefined ? rules.tooLong : take(request, body);
    return fault === undefined ? reply : { kind: 'reset' };
  };

  const face = await startFace(
    async (request, response) => sendReply(await answer(request), request, response),
    options.port ?? 0,
  );
  return {
    ...face,
    webhook: `${face.endpoint}${rules.address}`,
    secret: rules.keys.secret,
    messagesUrl: `${face.endpoint}/messages`,
    messages: messages.list,
    setFaults: faults.set,
    holdFault: (fault) => faults.hold(fault === undefined ? [] : [{ fault }]),
    reset: () => {
      messages.clear();
      limit.clear();
      faults.set([]);
      faults.hold([]);
    },
  };
}

function faultReply(rules: ChatRules, fault: Exclude<ChatFault, 'answer-lost'>): Reply {
  switch (fault) {
    case 'down':
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'silence' };
    case 'html':
      return proxyPage(502);
    case 'html-200':
      return proxyPage(200);
    case 'throttled':
    case 'anti-flood':
    case 'refused':
    case 'content-refused':
    case 'busy':
      return rules.refuse(fault satisfies ChatRefusal, FAULT_RETRY_MS);
    default:
      throw new Error(`no such fault: ${String(fault satisfies never)}`);
  }
}
