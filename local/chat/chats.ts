import { join } from 'node:path';
import type { LocalClock } from '../clock.ts';
import { type LocalRobot, startRobot } from '../dingtalk/robot.ts';
import { type LocalChat, startChatFace } from './chat-face.ts';
import { type ChatKeys, openChatKeys } from './chat-keys.ts';
import { CHAT_KINDS, type ChatKind, type ChatRules } from './chat-rules.ts';
import { feishuRules, makeFeishuKeys } from './feishu.ts';
import type { ChatMessage } from './message-store.ts';
import { makeSlackKeys, slackRules } from './slack.ts';
import { makeWebhookKeys, webhookRules } from './standard-webhook.ts';
import { makeWecomKeys, wecomRules } from './wecom.ts';

/** The running chats by their kind. */
export type LocalChats = Readonly<Record<Exclude<ChatKind, 'dingtalk'>, LocalChat>> & { readonly dingtalk: LocalRobot };

const OTHERS: Readonly<
  Record<
    Exclude<ChatKind, 'dingtalk'>,
    { readonly make: () => ChatKeys; readonly rules: (keys: ChatKeys, clock: LocalClock) => ChatRules }
  >
> = {
  webhook: { make: makeWebhookKeys, rules: webhookRules },
  feishu: { make: makeFeishuKeys, rules: feishuRules },
  wecom: { make: makeWecomKeys, rules: wecomRules },
  slack: { make: makeSlackKeys, rules: slackRules },
};

/** Starts every chat, each at a port of its own, with its folder in a data folder. */
export async function startChats(options: {
  readonly dataFolder: string;
  readonly clock: LocalClock;
  readonly onMessage: (chat: ChatKind, message: ChatMessage) => void;
}): Promise<{ readonly chats: LocalChats; readonly close: () => Promise<void> }> {
  const { dataFolder, clock } = options;
  const placeOf = (kind: ChatKind) => ({
    folder: join(dataFolder, kind),
    clock,
    onMessage: (message: ChatMessage) => options.onMessage(kind, message),
  });
  const start = (kind: Exclude<ChatKind, 'dingtalk'>): Promise<LocalChat> => {
    const place = placeOf(kind);
    return startChatFace(OTHERS[kind].rules(openChatKeys(place.folder, OTHERS[kind].make), clock), place);
  };
  const [dingtalk, webhook, feishu, wecom, slack] = await Promise.all([
    startRobot(placeOf('dingtalk')),
    start('webhook'),
    start('feishu'),
    start('wecom'),
    start('slack'),
  ]);
  const chats: LocalChats = { dingtalk, webhook, feishu, wecom, slack };
  return {
    chats,
    close: async () => {
      await Promise.all(CHAT_KINDS.map((kind) => chats[kind].close()));
    },
  };
}
