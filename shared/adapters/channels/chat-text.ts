import type { MessagePart } from '../../core/notify/message.ts';

/** What chats make emphasis, code, tags, links, tables, headings or mentions of. */
const MARKUP = /[*~`<>[\]|\\@]|_(?![A-Za-z0-9])/g;
/** What makes a heading, a list or a quote at the beginning of a line. */
const LINE_START = /^(?:[#+=-]|\d{1,9}[.)](?=\s|$))/;

/**
 * A line that means nothing in any chat's markup: the characters that would become full-width twins, which read alike. An
 * underscore before a letter stays, as in `ca_sn` or `rejected/_misplaced/`: it could only begin emphasis, what would end
 * it is gone, and queries and paths are copied as they are.
 */
export function inertText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(MARKUP, fullWidth)
    .replace(LINE_START, (found) => found.slice(0, -1) + fullWidth(found.slice(-1)));
}

function fullWidth(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 0xfee0);
}

/** Said in place of the parts that had no room, in both languages. */
export function leftOutWords(count: number): string {
  return `… 另有 ${count} 段未显示，见日志库。 … ${count} more, see the log store.`;
}

/**
 * Renders as many parts as a channel has room for, most important first, and says how many were left out.
 *
 * @param render - The whole text or body for some parts and how many were left out behind them.
 * @param fits - Whether the channel takes it. What it says of no parts at all is not asked.
 */
export function fitted<Body>(
  parts: readonly MessagePart[],
  render: (shown: readonly MessagePart[], leftOut: number) => Body,
  fits: (body: Body) => boolean,
): Body {
  for (let count = parts.length; count > 0; count -= 1) {
    const body = render(parts.slice(0, count), parts.length - count);
    if (fits(body)) return body;
  }
  return render([], parts.length);
}

/** A part as lines of plain text, for channels without markup. */
export function plainLines(part: MessagePart): readonly string[] {
  switch (part.kind) {
    case 'paragraph':
    case 'command':
      return [part.text];
    case 'facts':
      return part.facts.map(({ label, value }) => `${label}: ${value}`);
    case 'list':
      return part.items.map((item) => `• ${item}`);
  }
}

/** How a text counts against the limits of chats: an emoji is four, a Chinese character three. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}
