import { assertNever } from '../../core/assert-never.ts';
import type { ChannelKind } from '../../core/notify/channel-kind.ts';
import type { Message } from '../../core/notify/message.ts';
import type { Channel } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ChannelAddress, channelAddress } from './channel-request.ts';
import { dingtalkChannel } from './dingtalk.ts';
import { feishuChannel } from './feishu.ts';
import { slackChannel } from './slack.ts';
import { webhookChannel } from './webhook.ts';
import { wecomChannel } from './wecom.ts';

/** One channel of the configuration. */
export interface ChannelSettings {
  readonly kind: ChannelKind;
  /** https, or http on this machine. Carries the token of most kinds: never to be shown. */
  readonly url: string;
  /** What messages are signed with; empty where the kind has no signature, or the robot asks for none. */
  readonly secret: string;
  /** Put into titles that do not have it; empty for none. */
  readonly keyword: string;
  readonly clock: Clock;
}

/**
 * Opens a channel; nothing is connected yet.
 *
 * @throws {ChannelSettingsError} When the address or the secret can not be used. Its message names neither.
 */
export function openChannel({ clock, keyword, kind, secret, url }: ChannelSettings): Channel {
  const address = channelAddress(url);
  const channel = channelOf(kind, { address, secret, clock });
  if (keyword === '') return channel;
  return {
    kind,
    send: ({ message, ...request }) => channel.send({ ...request, message: withKeyword(message, keyword) }),
  };
}

function channelOf(
  kind: ChannelKind,
  settings: { readonly address: ChannelAddress; readonly secret: string; readonly clock: Clock },
): Channel {
  switch (kind) {
    case 'dingtalk':
      return dingtalkChannel(settings);
    case 'webhook':
      return webhookChannel(settings);
    case 'feishu':
      return feishuChannel(settings);
    case 'wecom':
      return wecomChannel(settings);
    case 'slack':
      return slackChannel(settings);
    default:
      return assertNever(kind);
  }
}

/** A robot with keyword security takes nothing without it, whoever wrote the title. */
function withKeyword(message: Message, keyword: string): Message {
  return message.title.includes(keyword) ? message : { ...message, title: `${keyword} ${message.title}` };
}
