import type { Painter } from '../terminal/colour.ts';
import { columnsOf, padColumns, terminalText, wrapColumns } from '../terminal/terminal-text.ts';

/** A message as a robot posted it. */
export interface ChatMessage {
  readonly title: string;
  /** Markdown as the robot got it. */
  readonly text: string;
}

const WIDEST_TEXT = 72;
const MOST_LINES = 14;
/** A bubble stands beside the timeline where there is room for both, and over it otherwise. */
const TIMELINE_COLUMNS = 36;
const LEAST_TEXT = 40;

/**
 * Draws a message as a chat shows it: in a box beside the timeline.
 *
 * @param columns - Of the terminal.
 * @returns Lines without line ends.
 */
export function renderBubble(
  sender: string,
  message: ChatMessage,
  columns: number,
  paint: Pick<Painter, 'bold' | 'dim'>,
): readonly string[] {
  const beside = columns - TIMELINE_COLUMNS - 4;
  const indent = beside >= LEAST_TEXT ? TIMELINE_COLUMNS : 4;
  const room = Math.max(LEAST_TEXT, Math.min(WIDEST_TEXT, columns - indent - 4));
  const lines = plainLines(message).flatMap((line) => wrapAnywhere(line, room));
  const shown = lines.slice(0, MOST_LINES);
  if (lines.length > MOST_LINES) shown.push(`… ${String(lines.length - MOST_LINES)} more lines`);
  const left = ' '.repeat(indent);
  const head = `╭─ ${sender} ${'─'.repeat(Math.max(0, room - columnsOf(sender) - 2))}╮`;
  const body = shown.map((line, at) => {
    const padded = padColumns(line, room);
    return `${left}${paint.dim('│')} ${at === 0 ? paint.bold(padded) : padded} ${paint.dim('│')}`;
  });
  return [left + paint.dim(head), ...body, left + paint.dim(`╰${'─'.repeat(room + 2)}╯`)];
}

/** The title and the text as a reader of the chat sees them; a title that the text repeats is shown once. */
function plainLines({ text, title }: ChatMessage): readonly string[] {
  const lines = text
    .split('\n')
    .map((line) => terminalText(withoutMarkup(line), 1000))
    .filter((line) => line.trim() !== '');
  const head = terminalText(title, 200);
  return lines[0] === head ? lines : [head, ...lines];
}

/** Headings, list marks, quotes and emphasis are drawn by the chat; here they would only be in the way. */
function withoutMarkup(line: string): string {
  return line
    .replace(/^\s*#{1,6}\s+/, '')
    .replace(/^\s*>\s?/, '')
    .replace(/^\s*[-*]\s+/, '· ')
    .replaceAll('**', '')
    .replaceAll(/\\([\p{P}\p{S}])/gu, '$1')
    .trim();
}

/** Chinese is written without blanks, so a line that is still too long is broken between any two characters. */
function wrapAnywhere(line: string, columns: number): readonly string[] {
  return wrapColumns(line, columns).flatMap((part) => {
    const pieces: string[] = [];
    let piece = '';
    for (const character of part) {
      if (columnsOf(piece + character) > columns) {
        pieces.push(piece);
        piece = '';
      }
      piece += character;
    }
    return [...pieces, piece];
  });
}
