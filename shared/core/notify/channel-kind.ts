/** The chats that can be told; `docs/operations.md` says how each is set up. */
export const CHANNEL_KINDS = ['dingtalk', 'webhook', 'feishu', 'wecom', 'slack'] as const;

/** One of them. */
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
