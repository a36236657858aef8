import type { MessagePart } from '../../core/notify/message.ts';
import { inertText, leftOutWords } from './chat-text.ts';

/**
 * A message in the markdown that DingTalk and WeCom share: a heading, bold labels, list items, quotes. No tables, code or
 * HTML, which break on telephones. A blank line stands between parts, because a single line break may collapse.
 */
export function chatMarkdown(title: string, parts: readonly MessagePart[], leftOut: number): string {
  const blocks = [`#### ${inertText(title)}`, ...parts.map(blockOf)];
  return [...blocks, ...(leftOut > 0 ? [leftOutWords(leftOut)] : [])].join('\n\n');
}

function blockOf(part: MessagePart): string {
  switch (part.kind) {
    case 'paragraph':
      return inertText(part.text);
    case 'facts':
      return part.facts.map(({ label, value }) => `- **${inertText(label)}**: ${inertText(value)}`).join('\n');
    case 'list':
      return part.items.map((item) => `- ${inertText(item)}`).join('\n');
    case 'command':
      return `> ${inertText(part.text)}`;
  }
}
