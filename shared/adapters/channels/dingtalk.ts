import { createHmac } from 'node:crypto';
import type { Message } from '../../core/notify/message.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type ChannelAddress,
  type ChannelAnswer,
  type NoChannelAnswer,
  postJson,
  withQuery,
} from './channel-request.ts';
import { chatMarkdown } from './chat-markdown.ts';
import { fitted, utf8Bytes } from './chat-text.ts';
import { jsonObject, judged, speaksOfTooMany, unreadable, wholeNumber } from './delivery.ts';

/** The robot refuses bodies over 20,000 bytes (460101); telephones show long ones badly. */
const BODY_MAX_BYTES = 19_000;
const TEXT_MAX_CHARACTERS = 3500;
/** "20 messages a minute; beyond that the robot is blocked for 10 minutes" (custom robot page). */
const BLOCK_MS = 10 * 60_000;
const BUSY_MS = 30_000;

/**
 * The signature of a robot's address: time and secret are the message, the secret is the key.
 *
 * @param timestamp - Milliseconds, as sent.
 * @returns Base64; percent-encoded once when it goes into an address.
 * @see Custom robot page, "Security settings".
 */
export function dingtalkSign(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}

/** A custom robot of a DingTalk group. Without a secret the address is sent to unsigned. */
export function dingtalkChannel(settings: {
  readonly address: ChannelAddress;
  readonly secret: string;
  readonly clock: Clock;
}): Channel {
  const { address, clock, secret } = settings;
  const post = (body: Buffer, nowMs: number, timeoutMs: number): Promise<ChannelAnswer | NoChannelAnswer> => {
    const timestamp = String(nowMs);
    const signed = secret === '' ? address : withQuery(address, { timestamp, sign: dingtalkSign(timestamp, secret) });
    return postJson(signed, { body, timeoutMs });
  };
  return {
    kind: 'dingtalk',
    send: async ({ id, message, timeoutMs }) => {
      const startedAt = clock.now();
      const body = bodyOf(id, message);
      const answer = await post(body, startedAt, timeoutMs);
      const delivery = judged(answer, deliveryOf);
      const serversNow = isTimestampRefusal(delivery) ? dateOf(answer) : undefined;
      if (serversNow === undefined || secret === '') return delivery;
      // One clock is off by more than the hour that is allowed: what the robot's says is what it compares with.
      return judged(await post(body, serversNow, timeoutMs - (clock.now() - startedAt)), deliveryOf);
    },
  };
}

function bodyOf(id: string, { parts, title }: Message): Buffer {
  const text = fitted(
    parts,
    (shown, leftOut) => chatMarkdown(title, shown, leftOut),
    (markdown) =>
      Array.from(markdown).length <= TEXT_MAX_CHARACTERS && utf8Bytes(json(id, title, markdown)) <= BODY_MAX_BYTES,
  );
  return Buffer.from(json(id, title, text));
}

function json(id: string, title: string, text: string): string {
  return JSON.stringify({ msgtype: 'markdown', markdown: { title, text }, msgUuid: id });
}

const TIMESTAMP_CODE = '310000-timestamp';

function isTimestampRefusal(delivery: Delivery): boolean {
  return delivery.kind === 'refused' && delivery.code === TIMESTAMP_CODE;
}

function dateOf(answer: ChannelAnswer | NoChannelAnswer): number | undefined {
  const date = answer.kind === 'answer' ? Date.parse(answer.headers.date ?? '') : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** The token is not (any more) a robot's, the robot was stopped, or what we send is no robot message. */
const REFUSED: ReadonlySet<number> = new Set([
  ...[300001, 300005, 400101, 400102, 400106, 400013], // no such token, stopped, no such robot, group dissolved
  ...[43002, 43004], // method, content type
]);
const TOO_FAST: ReadonlySet<number> = new Set([130101, 410100, 660026]);
/** Unsafe link; unsuitable text, picture, content; too long; a parameter or type that one message has and another may not. */
const CONTENT: ReadonlySet<number> = new Set([430101, 430102, 430103, 430104, 460101, 40035, 400105]);

/** The robot answers 200 to everything: its `errcode` decides, and an answer without one is no success. */
function deliveryOf(answer: ChannelAnswer): Delivery {
  const said = jsonObject(answer);
  if (said === undefined) return unreadable(answer);
  const { errcode, errmsg, status } = said;
  const code = wholeNumber(errcode);
  if (code === undefined) {
    // What the front end says in the robot's place: `{"status":1111,"wait":5,…,"punish":"deny"}`.
    if (wholeNumber(status) === 1111) return throttled('1111');
    return unreadable(answer);
  }
  return answer.status === 200 ? byCode(code, errmsg) : unreadable(answer);
}

function byCode(code: number, errmsg: unknown): Delivery {
  const name = String(code);
  if (code === 0) return { kind: 'delivered' };
  if (code === -1) return { kind: 'throttled', code: name, retryAfterMs: BUSY_MS };
  if (code === 310000) return { kind: 'refused', code: securityCode(errmsg) };
  if (TOO_FAST.has(code)) return throttled(name);
  if (REFUSED.has(code)) return { kind: 'refused', code: name };
  if (CONTENT.has(code)) return { kind: 'content-refused', code: name };
  return speaksOfTooMany(errmsg) ? throttled(name) : { kind: 'unknown', code: name };
}

function throttled(code: string): Delivery {
  return { kind: 'throttled', code, retryAfterMs: BLOCK_MS };
}

/** One code for four settings of the robot; only its text tells which. */
function securityCode(errmsg: unknown): string {
  const text = typeof errmsg === 'string' ? errmsg.slice(0, 500).toLowerCase() : '';
  if (text.includes('timestamp')) return TIMESTAMP_CODE;
  if (text.includes('keyword')) return '310000-keyword';
  if (text.includes('sign')) return '310000-sign';
  if (text.includes('whitelist') || /\bip\b/.test(text)) return '310000-ip';
  return '310000';
}
