import type { IncomingHttpHeaders } from 'node:http';
import { exchange, NoAnswerError } from '../http-exchange.ts';

/** Where a channel's messages are sent to. */
export interface ChannelAddress {
  /** `https://host`, or `http://127.0.0.1:port`. */
  readonly origin: string;
  /** Path and query as configured; most of them carry the channel's token. */
  readonly target: string;
}

/** An address or a secret of the configuration that no channel can be opened with. Names neither. */
export class ChannelSettingsError extends Error {
  override readonly name = 'ChannelSettingsError';
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Reads the address of a channel.
 *
 * @throws {ChannelSettingsError} When it is none, carries a name or password, or is not https outside this machine.
 */
export function channelAddress(url: string): ChannelAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined; // the error of `new URL` repeats the address
  if (parsed === undefined) throw new ChannelSettingsError('the address of the channel is no URL');
  const { host, hostname, password, pathname, protocol, search, username } = parsed;
  if (username !== '' || password !== '') {
    throw new ChannelSettingsError('the address of the channel must not carry a name or a password');
  }
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.has(hostname))) {
    throw new ChannelSettingsError('the address of the channel must begin with https');
  }
  return { origin: `${protocol}//${host}`, target: `${pathname}${search}` };
}

/** The same address with further parameters in its query. */
export function withQuery(address: ChannelAddress, query: Readonly<Record<string, string>>): ChannelAddress {
  const added = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const { target } = address;
  const joint = target.includes('?') ? (target.endsWith('?') ? '' : '&') : '?';
  return { ...address, target: `${target}${joint}${added.join('&')}` };
}

/** An answer that was read whole; the body may be anything. */
export interface ChannelAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Nothing was heard that could be understood: the message may have been delivered or not. */
export interface NoChannelAnswer {
  readonly kind: 'no-answer';
  readonly code: 'Timeout' | 'NoConnection' | 'UnreadableAnswer';
}

/** Receivers answer with some words; a page of a proxy is not read to its end. */
const ANSWER_MAX_BYTES = 64 * 1024;

/**
 * Posts a body once: over TLS unless the address is on this machine, over a connection of its own, without following
 * redirects, within one time limit from connecting to the last byte of the answer. Never throws for what the network does.
 */
export async function postJson(
  address: ChannelAddress,
  request: { readonly headers?: Readonly<Record<string, string>>; readonly body: Buffer; readonly timeoutMs: number },
): Promise<ChannelAnswer | NoChannelAnswer> {
  if (request.timeoutMs <= 0) return { kind: 'no-answer', code: 'Timeout' };
  try {
    const { body, headers, oversize, status } = await exchange({
      origin: address.origin,
      target: address.target,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', accept: '*/*', ...request.headers },
      body: request.body,
      timeoutMs: request.timeoutMs,
      maxBytes: ANSWER_MAX_BYTES,
      isAlone: true,
    });
    if (oversize !== undefined) return { kind: 'no-answer', code: 'UnreadableAnswer' };
    return { kind: 'answer', status, headers, body: body.toString('utf8') };
  } catch (error) {
    return { kind: 'no-answer', code: error instanceof NoAnswerError ? error.code : 'NoConnection' };
  }
}
