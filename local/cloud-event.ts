import type { ChatKind } from './chat/chat-rules.ts';
import type { ChatMessage } from './chat/message-store.ts';
import type { Invocation } from './fc/invocations.ts';
import type { OssObjectEvent } from './oss/oss.ts';
import type { StoredLog } from './sls/stored-log.ts';

/** Something that happened in the local cloud, for whoever shows it. */
export type CloudEvent =
  | { readonly kind: 'object'; readonly event: OssObjectEvent }
  | { readonly kind: 'invocation'; readonly invocation: Invocation }
  | { readonly kind: 'logs'; readonly logstore: string; readonly logs: readonly StoredLog[] }
  /** A chat shows a message; one that came again with the same key is not told again. */
  | { readonly kind: 'message'; readonly chat: ChatKind; readonly message: ChatMessage }
  /** The stand-in itself has trouble; one sentence. */
  | { readonly kind: 'problem'; readonly sentence: string };
