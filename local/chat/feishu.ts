import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { isNear, type LocalClock } from '../clock.ts';
import { type HttpReply, jsonReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { isSameText } from '../same-text.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { ChatCall, ChatRefusal, ChatRules, Reading } from './chat-rules.ts';

const BODY_MAX_BYTES = 20 * 1024;
const WINDOW_MS = 60 * 60_000;

const Words = v.pipe(v.string(), v.nonEmpty());
const Sign = { timestamp: v.optional(v.string()), sign: v.optional(v.string()) };
const Text = v.object({ ...Sign, msg_type: v.literal('text'), content: v.object({ text: Words }) });
const Run = v.variant('tag', [
  v.object({ tag: v.literal('text'), text: v.string() }),
  v.object({ tag: v.literal('a'), text: v.string(), href: v.pipe(v.string(), v.url()) }),
  v.object({ tag: v.literal('at'), user_id: Words }),
]);
const Paragraphs = v.object({ title: v.optional(v.string(), ''), content: v.array(v.array(Run)) });
const Post = v.object({
  ...Sign,
  msg_type: v.literal('post'),
  content: v.object({
    post: v.pipe(
      v.record(v.string(), Paragraphs),
      v.check((languages) => Object.keys(languages).length > 0),
    ),
  }),
});
const Card = v.object({
  ...Sign,
  msg_type: v.literal('interactive'),
  card: v.object({
    header: v.optional(v.object({ title: v.object({ content: Words }) })),
    elements: v.pipe(v.array(v.looseObject({ tag: Words, content: v.optional(v.string()) })), v.minLength(1)),
  }),
});
const Body = v.variant('msg_type', [Text, Post, Card]);

/**
 * The signature of a Feishu bot: time and secret together are the key of an empty message.
 *
 * @param timestamp - Seconds, as sent.
 */
export function signFeishu(timestamp: string, secret: string): string {
  return createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
}

/** A bot's address is a UUID; its secret is a word of letters and digits. */
export const makeFeishuKeys = (): ChatKeys => ({ token: randomUUID(), secret: randomBytes(16).toString('hex') });

/**
 * The custom bot of Feishu and Lark: `POST /open-apis/bot/v2/hook/<uuid>`, signed in its body. The page names no status
 * beside the code, so each of its answers comes with 200.
 */
export function feishuRules(keys: ChatKeys, clock: LocalClock): ChatRules {
  const address = `/open-apis/bot/v2/hook/${keys.token}`;
  return {
    kind: 'feishu',
    keys,
    address,
    limits: () => [
      { count: 5, windowMs: 1_000, muteMs: 0 },
      { count: 100, windowMs: 60_000, muteMs: 0 },
    ],
    rememberKeysMs: () => 0,
    read: (call) => read(call, { address, keys, clock }),
    delivered: jsonReply(200, { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }),
    tooLong: BAD_REQUEST,
    refuse,
  };
}

const codeReply = (code: number, msg: string): HttpReply => jsonReply(200, { code, msg, data: {} });
const BAD_REQUEST = codeReply(9499, 'Bad Request');
const refused = (reply: HttpReply): Reading => ({ kind: 'refused', reply });

function read(
  call: ChatCall,
  bot: { readonly address: string; readonly keys: ChatKeys; readonly clock: LocalClock },
): Reading {
  if (!isSameText(call.path, bot.address))
    return refused(codeReply(19001, 'param invalid: incoming webhook access token invalid'));
  const type = (call.headers.get('content-type') ?? '').toLowerCase();
  if (call.method !== 'POST' || !type.startsWith('application/json') || call.body.length > BODY_MAX_BYTES) {
    return refused(BAD_REQUEST);
  }
  const body = readJson(call.body);
  const message = v.safeParse(Body, body);
  if (!message.success) return refused(BAD_REQUEST);
  const { timestamp = '', sign = '' } = message.output;
  const isTimely = /^\d{10}$/u.test(timestamp) && isNear(bot.clock, Number(timestamp) * 1000, WINDOW_MS);
  if (!isTimely || !isSameText(sign, signFeishu(timestamp, bot.keys.secret))) {
    return refused(codeReply(19021, 'sign match fail or timestamp is not within one hour from current time'));
  }
  return { kind: 'message', ...wordsOf(message.output), body };
}

function wordsOf(body: v.InferOutput<typeof Body>): { readonly title: string; readonly text: string } {
  switch (body.msg_type) {
    case 'text':
      return { title: '', text: body.content.text };
    case 'post': {
      const [first] = Object.values(body.content.post);
      const lines = first?.content.map((runs) =>
        runs.map((run) => ('text' in run ? run.text : `@${run.user_id}`)).join(''),
      );
      return { title: first?.title ?? '', text: lines?.join('\n') ?? '' };
    }
    case 'interactive': {
      const { header, elements } = body.card;
      return { title: header?.title.content ?? '', text: elements.map((element) => element.content ?? '').join('\n') };
    }
    default:
      throw new Error(`no such message: ${String(body satisfies never)}`);
  }
}

function refuse(reason: ChatRefusal): HttpReply {
  switch (reason) {
    case 'throttled':
    case 'anti-flood':
      return codeReply(11232, 'frequency limited');
    case 'refused':
      return codeReply(19001, 'param invalid: incoming webhook access token invalid');
    case 'content-refused':
      return BAD_REQUEST;
    case 'busy':
      return codeReply(5000, 'internal error');
    default:
      throw new Error(`no such refusal: ${String(reason satisfies never)}`);
  }
}
