import type { Message } from '../../core/notify/message.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import { type ChannelAddress, type ChannelAnswer, postJson } from './channel-request.ts';
import { chatMarkdown } from './chat-markdown.ts';
import { fitted, utf8Bytes } from './chat-text.ts';
import { jsonObject, judged, MINUTE_MS, speaksOfTooMany, unreadable, wholeNumber } from './delivery.ts';

/** `markdown.content` has at most 4,096 bytes (group robot page). */
const MARKDOWN_MAX_BYTES = 4096;
const BUSY_MS = 30_000;

/** A group robot of WeCom; the key in its address is its only secret. */
export function wecomChannel({ address }: { readonly address: ChannelAddress }): Channel {
  return {
    kind: 'wecom',
    send: async ({ message, timeoutMs }) =>
      judged(await postJson(address, { body: bodyOf(message), timeoutMs }), deliveryOf),
  };
}

function bodyOf({ parts, title }: Message): Buffer {
  const content = fitted(
    parts,
    (shown, leftOut) => chatMarkdown(title, shown, leftOut),
    (markdown) => utf8Bytes(markdown) <= MARKDOWN_MAX_BYTES,
  );
  return Buffer.from(JSON.stringify({ msgtype: 'markdown', markdown: { content } }));
}

/** Too long. */
const CONTENT = 40058;
const TOO_FAST = 45009;
/** The key in the address is not (any more) a robot's. */
const KEY_INVALID = 93000;

function deliveryOf(answer: ChannelAnswer): Delivery {
  const said = jsonObject(answer);
  const code = wholeNumber(said?.['errcode']);
  if (said === undefined || code === undefined || answer.status !== 200) return unreadable(answer);
  const name = String(code);
  switch (code) {
    case 0:
      return { kind: 'delivered' };
    case -1:
      return { kind: 'throttled', code: name, retryAfterMs: BUSY_MS };
    case CONTENT:
      return { kind: 'content-refused', code: name };
    case KEY_INVALID:
      return { kind: 'refused', code: name };
    default:
      return code === TOO_FAST || speaksOfTooMany(said['errmsg'])
        ? { kind: 'throttled', code: name, retryAfterMs: MINUTE_MS }
        : { kind: 'unknown', code: name };
  }
}
