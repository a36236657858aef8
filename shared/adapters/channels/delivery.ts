import type { Delivery } from '../../ports/channel.ts';
import { isWireObject, type WireObject } from '../wire-object.ts';
import type { ChannelAnswer, NoChannelAnswer } from './channel-request.ts';

/** A limit without a time of its own is over after a minute. */
export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * What an exchange came to. Without an answer nobody knows; a redirect is never followed and means that the address is not
 * (any more) the channel's; all else the channel's own words say.
 */
export function judged(answer: ChannelAnswer | NoChannelAnswer, judge: (answer: ChannelAnswer) => Delivery): Delivery {
  if (answer.kind === 'no-answer') return { kind: 'unknown', code: answer.code };
  if (answer.status >= 300 && answer.status < 400) return { kind: 'refused', code: `http-${answer.status}` };
  return judge(answer);
}

/** An answer that is not in the channel's own words, such as a proxy's page. */
export function unreadable({ status }: ChannelAnswer): Delivery {
  return { kind: 'unknown', code: status === 200 ? 'UnreadableAnswer' : `http-${status}` };
}

/** The JSON object of an answer. */
export function jsonObject({ body }: ChannelAnswer): WireObject | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isWireObject(parsed) ? parsed : undefined;
  } catch {
    return undefined; // a page, or cut short
  }
}

/** A whole number that a service sends as a number or as its text; 0 comes both ways. */
export function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** Words of services for "too much at once", where their code is not a known one. */
export function speaksOfTooMany(message: unknown): boolean {
  return typeof message === 'string' && /too fast|too many|exceed|frequency|限流/i.test(message.slice(0, 500));
}

/**
 * `Retry-After` in milliseconds, from a second to an hour; a minute when it does not say.
 *
 * @param nowMs - For the form that names a moment.
 */
export function retryAfterMs({ headers }: ChannelAnswer, nowMs: number): number {
  const said = headers['retry-after'] ?? '';
  const waitMs = /^\d{1,9}$/.test(said) ? Number(said) * 1000 : Date.parse(said) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(HOUR_MS, Math.max(1000, waitMs)) : MINUTE_MS;
}
