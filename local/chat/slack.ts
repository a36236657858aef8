import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { type HttpReply, textReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { isSameText } from '../same-text.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { ChatCall, ChatRefusal, ChatRules, Reading } from './chat-rules.ts';

const SECTION_MAX_CHARS = 3000;
const HEADER_MAX_CHARS = 150;
const BLOCKS_MAX = 50;

const Section = v.object({
  type: v.literal('section'),
  text: v.object({
    type: v.picklist(['mrkdwn', 'plain_text']),
    text: v.pipe(v.string(), v.nonEmpty(), v.maxLength(SECTION_MAX_CHARS)),
  }),
});
const Header = v.object({
  type: v.literal('header'),
  text: v.object({
    type: v.literal('plain_text'),
    text: v.pipe(v.string(), v.nonEmpty(), v.maxLength(HEADER_MAX_CHARS)),
  }),
});
const Divider = v.object({ type: v.literal('divider') });
const Blocks = v.pipe(v.array(v.variant('type', [Section, Header, Divider])), v.minLength(1), v.maxLength(BLOCKS_MAX));

const ADDRESS_BEGINS = '/services/';

/** The address of an incoming webhook names team, app and key; it has no secret beside it. */
export function makeSlackKeys(): ChatKeys {
  const id = (): string => randomBytes(5).toString('hex').toUpperCase();
  return { token: `T${id()}/B${id()}/${randomBytes(12).toString('hex')}`, secret: '' };
}

/** The incoming webhook of Slack: `POST /services/T…/B…/…`; its errors are statuses with a word as body. */
export function slackRules(keys: ChatKeys): ChatRules {
  const address = `${ADDRESS_BEGINS}${keys.token}`;
  return {
    kind: 'slack',
    keys,
    address,
    // One a second, "with short bursts" of an unpublished length.
    limits: () => [{ count: 5, windowMs: 5_000, muteMs: 0 }],
    rememberKeysMs: () => 0,
    read: (call) => read(call, address),
    delivered: textReply(200, 'ok'),
    tooLong: textReply(400, 'invalid_payload'),
    refuse,
  };
}

const refused = (reply: HttpReply): Reading => ({ kind: 'refused', reply });

function read(call: ChatCall, address: string): Reading {
  if (!isSameText(call.path, address)) return refused(textReply(404, 'no_service'));
  const body = call.method === 'POST' ? readJson(call.body) : undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refused(textReply(400, 'invalid_payload'));
  const { text, blocks } = body as { readonly text?: unknown; readonly blocks?: unknown };
  if (blocks === undefined) {
    if (typeof text !== 'string' || text === '') return refused(textReply(400, 'no_text'));
    return { kind: 'message', title: '', text, body };
  }
  const shown = v.safeParse(Blocks, blocks);
  if (!shown.success) return refused(textReply(400, 'invalid_blocks'));
  const words = shown.output.map((block) => (block.type === 'divider' ? '---' : block.text.text));
  // The fallback is what a notification shows, as a title does elsewhere.
  return { kind: 'message', title: typeof text === 'string' ? text : '', text: words.join('\n'), body };
}

function refuse(reason: ChatRefusal, retryAfterMs: number): HttpReply {
  switch (reason) {
    case 'throttled':
    case 'anti-flood':
      return textReply(429, 'rate_limited', { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) });
    case 'refused':
      return textReply(404, 'no_service');
    case 'content-refused':
      return textReply(400, 'invalid_blocks');
    case 'busy':
      return textReply(500, 'rollup_error');
    default:
      throw new Error(`no such refusal: ${String(reason satisfies never)}`);
  }
}
