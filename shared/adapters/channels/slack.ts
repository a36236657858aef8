import type { Message, MessagePart } from '../../core/notify/message.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ChannelAddress, type ChannelAnswer, postJson } from './channel-request.ts';
import { fitted, inertText, leftOutWords } from './chat-text.ts';
import { judged, retryAfterMs, unreadable } from './delivery.ts';

/** Limits of blocks ("Block Kit" reference): 50 blocks, 3,000 characters in a section, 150 in a header. */
const BLOCKS_MAX = 50;
const SECTION_MAX_CHARACTERS = 3000;
const HEADER_MAX_CHARACTERS = 150;

/** An incoming webhook of Slack; its address is its only secret. */
export function slackChannel({ address, clock }: { readonly address: ChannelAddress; readonly clock: Clock }): Channel {
  return {
    kind: 'slack',
    send: async ({ message, timeoutMs }) =>
      judged(await postJson(address, { body: bodyOf(message), timeoutMs }), (answer) =>
        deliveryOf(answer, clock.now()),
      ),
  };
}

function bodyOf({ parts, title }: Message): Buffer {
  const blocks = fitted(
    parts,
    (shown, leftOut) => [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, HEADER_MAX_CHARACTERS), emoji: false } },
      ...shown.map((part) => section(textOf(part))),
      ...(leftOut > 0 ? [section(leftOutWords(leftOut))] : []),
    ],
    (all) => all.length <= BLOCKS_MAX && all.every(({ text }) => text.text.length <= SECTION_MAX_CHARACTERS),
  );
  return Buffer.from(JSON.stringify({ text: escaped(title), blocks }));
}

interface Block {
  readonly type: string;
  readonly text: { readonly type: string; readonly text: string; readonly emoji?: boolean };
}

function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

function textOf(part: MessagePart): string {
  switch (part.kind) {
    case 'paragraph':
      return escaped(part.text);
    case 'facts':
      return part.facts.map(({ label, value }) => `*${escaped(label)}*: ${escaped(value)}`).join('\n');
    case 'list':
      return part.items.map((item) => `• ${escaped(item)}`).join('\n');
    case 'command':
      return `\`${escaped(part.text)}\``;
  }
}

/** `&`, `<` and `>` begin entities, links and mentions (`<!channel>`, `<@U…>`); all else is made inert before. */
function escaped(text: string): string {
  return inertText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The words of refusals, with the statuses they come with: 400, 403, 404, 410. */
const REFUSED: ReadonlySet<string> = new Set([
  ...['user_not_found', 'action_prohibited', 'posting_to_general_channel_denied', 'team_disabled', 'invalid_token'],
  ...['channel_not_found', 'no_service', 'no_service_id', 'no_team', 'channel_is_archived'],
]);
const CONTENT: ReadonlySet<string> = new Set(['invalid_payload', 'invalid_blocks', 'no_text', 'too_many_attachments']);

function deliveryOf(answer: ChannelAnswer, nowMs: number): Delivery {
  const word = answer.body.trim();
  if (answer.status === 200 && word === 'ok') return { kind: 'delivered' };
  if (answer.status === 429) return { kind: 'throttled', code: 'http-429', retryAfterMs: retryAfterMs(answer, nowMs) };
  if (REFUSED.has(word)) return { kind: 'refused', code: word };
  if (CONTENT.has(word)) return { kind: 'content-refused', code: word };
  return unreadable(answer);
}
