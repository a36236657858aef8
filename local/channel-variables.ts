import type { ChatKind } from './chat/chat-rules.ts';
import type { LocalChats } from './chat/chats.ts';

/** Which chats the functions are pointed at. */
export interface CloudChannels {
  /** Default: `dingtalk`. */
  readonly first?: ChatKind | undefined;
  /** Default: none. */
  readonly second?: ChatKind | undefined;
}

/** What `${env('…')}` in `s.yaml` sees of the chats. */
export function channelVariables(chats: LocalChats, channels: CloudChannels = {}): Readonly<Record<string, string>> {
  const { first = 'dingtalk', second } = channels;
  return {
    ...variablesOf('ROBOT', first, chats),
    ...(second === undefined ? {} : variablesOf('SECOND', second, chats)),
  };
}

function variablesOf(which: 'ROBOT' | 'SECOND', kind: ChatKind, chats: LocalChats): Readonly<Record<string, string>> {
  const { webhook, secret } = chats[kind];
  return {
    [`MQTT_CERTS_${which}_KIND`]: kind,
    [`MQTT_CERTS_${which}_URL`]: webhook,
    [`MQTT_CERTS_${which}_SECRET`]: secret,
  };
}
