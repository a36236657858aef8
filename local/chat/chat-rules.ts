import type { HttpReply } from '../http-reply.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { SendRule } from './send-limit.ts';

/** The chats that are imitated. */
export const CHAT_KINDS = ['dingtalk', 'webhook', 'feishu', 'wecom', 'slack'] as const;

/** One of them. */
export type ChatKind = (typeof CHAT_KINDS)[number];

/** A call as a chat reads it. */
export interface ChatCall {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What a call amounts to before any limit: a message to show, or an answer that refuses it. */
export type Reading =
  | {
      readonly kind: 'message';
      /** The sender's idempotency key. */
      readonly key?: string;
      readonly title: string;
      readonly text: string;
      readonly body: unknown;
    }
  | { readonly kind: 'refused'; readonly reply: HttpReply };

/** Answers a working chat gives for reasons that no request shows. */
export type ChatRefusal = 'throttled' | 'anti-flood' | 'refused' | 'content-refused' | 'busy';

/** How one kind of chat differs from the others. */
export interface ChatRules {
  readonly kind: ChatKind;
  readonly keys: ChatKeys;
  /** Path and query of the address that messages are sent to. */
  readonly address: string;
  readonly limits: () => readonly SendRule[];
  /** How long a key is remembered, milliseconds. */
  readonly rememberKeysMs: () => number;
  readonly read: (call: ChatCall) => Reading;
  readonly delivered: HttpReply;
  /** The body is longer than anything this face reads. */
  readonly tooLong: HttpReply;
  /** @param retryAfterMs - Until a message may be shown again. */
  readonly refuse: (reason: ChatRefusal, retryAfterMs: number) => HttpReply;
}
