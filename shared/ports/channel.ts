import type { ChannelKind } from '../core/notify/channel-kind.ts';
import type { Message } from '../core/notify/message.ts';

/** What became of one message. The answer's body decides, never its status alone. */
export type Delivery =
  /** The channel's own word for success was read. */
  | { readonly kind: 'delivered' }
  /** Too many messages: nothing more is sent before `retryAfterMs`. */
  | { readonly kind: 'throttled'; readonly code: string; readonly retryAfterMs: number }
  /** It will not take this or any other message until a person mends something (key, robot, keyword, address). */
  | { readonly kind: 'refused'; readonly code: string }
  /** It will not take this text; another may pass. */
  | { readonly kind: 'content-refused'; readonly code: string }
  /** No answer, or none that can be understood: it may have been delivered or not. */
  | { readonly kind: 'unknown'; readonly code: string };

/** One place where people read messages. Nothing it throws or returns names its address, token or secret. */
export interface Channel {
  readonly kind: ChannelKind;
  /**
   * Sends one message, once: repeating is the caller's business.
   *
   * @param request.id - 32 hex digits; the same for every try of one message (idempotency key where the channel has one).
   * @param request.timeoutMs - At most so long for everything, connecting included.
   */
  readonly send: (request: {
    readonly id: string;
    readonly message: Message;
    readonly timeoutMs: number;
  }) => Promise<Delivery>;
}
