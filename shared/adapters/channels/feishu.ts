import { createHmac } from 'node:crypto';
import type { Message, MessagePart } from '../../core/notify/message.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ChannelAddress, type ChannelAnswer, postJson } from './channel-request.ts';
import { fitted, inertText, leftOutWords, plainLines, utf8Bytes } from './chat-text.ts';
import { jsonObject, judged, MINUTE_MS, speaksOfTooMany, unreadable, wholeNumber } from './delivery.ts';

/** Bodies have at most 20 KB (custom bot page). */
const BODY_MAX_BYTES = 19_000;

/**
 * The signature in the body of a message: time and secret are the **key** and the message is empty, the reverse of
 * DingTalk's.
 *
 * @param timestamp - Seconds, as sent.
 * @see Feishu custom bot page, "signature verification".
 */
export function feishuSign(timestamp: string, secret: string): string {
  return createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
}

/** A custom bot of a Feishu or Lark group. Without a secret the messages are unsigned. */
export function feishuChannel(settings: {
  readonly address: ChannelAddress;
  readonly secret: string;
  readonly clock: Clock;
}): Channel {
  const { address, clock, secret } = settings;
  return {
    kind: 'feishu',
    send: async ({ message, timeoutMs }) => {
      const timestamp = String(Math.floor(clock.now() / 1000));
      const sign = secret === '' ? {} : { timestamp, sign: feishuSign(timestamp, secret) };
      return judged(await postJson(address, { body: bodyOf(sign, message), timeoutMs }), deliveryOf);
    },
  };
}

function bodyOf(sign: Readonly<Record<string, string>>, { parts, title }: Message): Buffer {
  const render = (shown: readonly MessagePart[], leftOut: number): string => {
    const lines = [
      ...shown.flatMap((part) => ['', ...linesOf(part)]),
      ...(leftOut > 0 ? ['', leftOutWords(leftOut)] : []),
    ];
    // Text elements have no markup: a mention or a link is an element of its own.
    const content = lines.slice(1).map((text) => [{ tag: 'text', text }]);
    return JSON.stringify({
      ...sign,
      msg_type: 'post',
      content: { post: { zh_cn: { title: inertText(title), content } } },
    });
  };
  return Buffer.from(fitted(parts, render, (body) => utf8Bytes(body) <= BODY_MAX_BYTES));
}

function linesOf(part: MessagePart): readonly string[] {
  return plainLines(part).map(inertText);
}

/** Signature or time, address, IP list, keyword: a person has to mend them. */
const REFUSED: ReadonlySet<number> = new Set([19001, 19021, 19022, 19024]);
/** Bad request; body too large. */
const CONTENT: ReadonlySet<number> = new Set([9499, 19036]);
const TOO_FAST = 11232;

function deliveryOf(answer: ChannelAnswer): Delivery {
  const said = jsonObject(answer);
  // `StatusCode` is what older bots answer.
  const code = wholeNumber(said?.['code'] ?? said?.['StatusCode']);
  if (said === undefined || code === undefined) return unreadable(answer);
  const name = String(code);
  if (REFUSED.has(code)) return { kind: 'refused', code: name };
  if (CONTENT.has(code)) return { kind: 'content-refused', code: name };
  if (code === TOO_FAST) return { kind: 'throttled', code: name, retryAfterMs: MINUTE_MS };
  if (code === 0) return answer.status === 200 ? { kind: 'delivered' } : unreadable(answer);
  return speaksOfTooMany(said['msg'])
    ? { kind: 'throttled', code: name, retryAfterMs: MINUTE_MS }
    : { kind: 'unknown', code: name };
}
