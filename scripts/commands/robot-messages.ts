import * as v from 'valibot';
import { terminalText } from '../terminal/terminal-text.ts';
import type { Target } from './target.ts';

/** A message as the local cloud's robot took it; safe to show on a terminal. */
export interface RobotMessage {
  readonly title: string;
  /** Lines. */
  readonly text: string;
}

const TIMEOUT_MS = 5_000;
const TEXT_MAX = 20_000; // what the robot takes at most

const Shape = v.object({ messages: v.array(v.object({ title: v.string(), text: v.string() })) });

/** What the robot of the local cloud took, oldest first; nothing on the account, where only people can look. */
export async function robotMessages({ robotMessages: place }: Target): Promise<readonly RobotMessage[]> {
  if (place === undefined) return [];
  const url = new URL(place);
  url.searchParams.set('format', 'json');
  url.searchParams.set('limit', '1000');
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    () => undefined,
  );
  const read = v.safeParse(Shape, await answer?.json().catch(() => undefined));
  if (!read.success) return [];
  return read.output.messages.map(({ text, title }) => ({
    title: terminalText(title, 200),
    text: text
      .slice(0, TEXT_MAX)
      .split('\n')
      .map((line) => terminalText(line, 1000))
      .join('\n'),
  }));
}
