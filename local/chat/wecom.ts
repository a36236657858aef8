import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type HttpReply, jsonReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { isSameText } from '../same-text.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { ChatCall, ChatRefusal, ChatRules, Reading } from './chat-rules.ts';

const TEXT_MAX_BYTES = 2048;
const MARKDOWN_MAX_BYTES = 4096;

const Words = v.pipe(v.string(), v.nonEmpty());
const Names = v.optional(v.array(v.string()));
const Body = v.variant('msgtype', [
  v.object({
    msgtype: v.literal('text'),
    text: v.object({ content: Words, mentioned_list: Names, mentioned_mobile_list: Names }),
  }),
  v.object({ msgtype: v.literal('markdown'), markdown: v.object({ content: Words }) }),
  v.object({ msgtype: v.literal('markdown_v2'), markdown_v2: v.object({ content: Words }) }),
]);

/** A robot's key is a UUID; it has no secret beside it. */
export const makeWecomKeys = (): ChatKeys => ({ token: randomUUID(), secret: '' });

/** The group robot of WeCom: `POST /cgi-bin/webhook/send?key=<uuid>`; every answer comes with status 200. */
export function wecomRules(keys: ChatKeys): ChatRules {
  return {
    kind: 'wecom',
    keys,
    address: `/cgi-bin/webhook/send?key=${keys.token}`,
    limits: () => [{ count: 20, windowMs: 60_000, muteMs: 0 }],
    rememberKeysMs: () => 0,
    read: (call) => read(call, keys),
    delivered: codeReply(0, 'ok'),
    tooLong: TOO_LONG,
    refuse,
  };
}

const codeReply = (errcode: number, errmsg: string): HttpReply => jsonReply(200, { errcode, errmsg });
const TOO_LONG = codeReply(40058, 'markdown.content exceed max length 4096. invalid Request Parameter');
const KEY_INVALID = codeReply(93000, 'invalid webhook url');
const refused = (reply: HttpReply): Reading => ({ kind: 'refused', reply });

function read(call: ChatCall, keys: ChatKeys): Reading {
  const isAddressed = call.path === '/cgi-bin/webhook/send' && isSameText(call.query.get('key') ?? '', keys.token);
  if (!isAddressed) return refused(KEY_INVALID);
  if (call.method !== 'POST') return refused(codeReply(43002, 'require POST method'));
  const body = readJson(call.body);
  if (typeof body !== 'object' || body === null) return refused(codeReply(47001, 'data format error'));
  const message = v.safeParse(Body, body);
  if (!message.success) return refused(codeReply(40008, 'invalid message type'));
  const { content, maxBytes } = contentOf(message.output);
  if (Buffer.byteLength(content) > maxBytes) {
    return refused(
      maxBytes === MARKDOWN_MAX_BYTES ? TOO_LONG : codeReply(40058, 'text.content exceed max length 2048'),
    );
  }
  return { kind: 'message', title: '', text: content, body };
}

function contentOf(body: v.InferOutput<typeof Body>): { readonly content: string; readonly maxBytes: number } {
  switch (body.msgtype) {
    case 'text':
      return { content: body.text.content, maxBytes: TEXT_MAX_BYTES };
    case 'markdown':
      return { content: body.markdown.content, maxBytes: MARKDOWN_MAX_BYTES };
    case 'markdown_v2':
      return { content: body.markdown_v2.content, maxBytes: MARKDOWN_MAX_BYTES };
    default:
      throw new Error(`no such message: ${String(body satisfies never)}`);
  }
}

function refuse(reason: ChatRefusal): HttpReply {
  switch (reason) {
    case 'throttled':
    case 'anti-flood':
      return codeReply(45009, 'api freq out of limit');
    case 'refused':
      return KEY_INVALID;
    case 'content-refused':
      return codeReply(40058, 'invalid Request Parameter');
    case 'busy':
      return codeReply(-1, 'system error');
    default:
      throw new Error(`no such refusal: ${String(reason satisfies never)}`);
  }
}
