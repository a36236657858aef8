import { createHmac } from 'node:crypto';
import type { Message } from '../../core/notify/message.ts';
import { isoOf } from '../../core/time.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ChannelAddress, type ChannelAnswer, ChannelSettingsError, postJson } from './channel-request.ts';
import { fitted, leftOutWords, plainLines, utf8Bytes } from './chat-text.ts';
import { judged, retryAfterMs } from './delivery.ts';

/** Receivers that follow the specification take more; this is a page of text. */
const BODY_MAX_BYTES = 60_000;
/** Shorter keys can be guessed: the specification asks for 24 to 64 bytes. */
const KEY_MIN_BYTES = 16;

/**
 * A signature by the Standard Webhooks specification, over `id.timestamp.body`.
 *
 * @param key - What `whsec_…` holds in base64.
 * @param message.timestamp - Seconds, as sent.
 * @see standardwebhooks.com, "Verifying webhook authenticity".
 */
export function webhookSignature(
  key: Buffer,
  message: { readonly id: string; readonly timestamp: string; readonly body: Buffer },
): string {
  const hmac = createHmac('sha256', key).update(`${message.id}.${message.timestamp}.`).update(message.body);
  return `v1,${hmac.digest('base64')}`;
}

/**
 * Any receiver of signed JSON; `docs/channels.md` describes the body. The id of a message is the same for every try, so
 * a receiver that keeps the ids of five minutes shows nothing twice.
 *
 * @throws {ChannelSettingsError} When the secret is no `whsec_…` of at least 16 bytes.
 */
export function webhookChannel(settings: {
  readonly address: ChannelAddress;
  readonly secret: string;
  readonly clock: Clock;
}): Channel {
  const { address, clock } = settings;
  const key = keyOf(settings.secret);
  return {
    kind: 'webhook',
    send: async ({ id, message, timeoutMs }) => {
      const now = clock.now();
      const body = bodyOf(id, isoOf(now), message);
      const timestamp = String(Math.floor(now / 1000));
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': webhookSignature(key, { id, timestamp, body }),
      };
      const answer = await postJson(address, { headers, body, timeoutMs });
      return judged(answer, (heard) => deliveryOf(heard, clock.now()));
    },
  };
}

function keyOf(secret: string): Buffer {
  const key = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) ? Buffer.from(secret.slice(6), 'base64') : Buffer.alloc(0);
  if (key.length < KEY_MIN_BYTES) {
    throw new ChannelSettingsError('the secret of a webhook is whsec_ and at least 16 bytes in base64');
  }
  return key;
}

function bodyOf(id: string, sentAt: string, { about, parts, severity, title }: Message): Buffer {
  const [only] = about.problems;
  const single = about.problemCount === 1 && only !== undefined ? only : undefined;
  const json = fitted(
    parts,
    (shown, leftOut) => {
      const lines = [title, ...shown.flatMap(plainLines), ...(leftOut > 0 ? [leftOutWords(leftOut)] : [])];
      return JSON.stringify({
        schema: 1,
        id,
        sentAt,
        severity,
        title,
        text: lines.join('\n'),
        ...(single === undefined ? {} : { kind: single.kind, causeId: single.causeId, phase: single.phase }),
        ...about,
        parts: shown,
        partsLeftOut: leftOut,
      });
    },
    (body) => utf8Bytes(body) <= BODY_MAX_BYTES,
  );
  return Buffer.from(json);
}

/** A person has to mend the address, the secret or the receiver; 410 means for good. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 415]);
const CONTENT: ReadonlySet<number> = new Set([400, 413, 422]);

/** Here the status is the answer, as the specification has it; only a page in place of a receiver's success is none. */
function deliveryOf(answer: ChannelAnswer, nowMs: number): Delivery {
  const { headers, status } = answer;
  const code = `http-${status}`;
  if (status >= 200 && status < 300) {
    return /html/i.test(headers['content-type'] ?? '')
      ? { kind: 'unknown', code: 'UnreadableAnswer' }
      : { kind: 'delivered' };
  }
  if (status === 429 || headers['retry-after'] !== undefined) {
    return { kind: 'throttled', code, retryAfterMs: retryAfterMs(answer, nowMs) };
  }
  if (REFUSED.has(status)) return { kind: 'refused', code };
  return { kind: CONTENT.has(status) ? 'content-refused' : 'unknown', code };
}
