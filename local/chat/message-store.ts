import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writePrivateFile } from '../data-folder.ts';

const schema = v.strictObject({
  /** Counts from 1, over restarts too. */
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Moved time, epoch milliseconds. */
  at: v.pipe(v.number(), v.safeInteger()),
  /** The sender's idempotency key. */
  key: v.optional(v.string()),
  /** How often it came again with the same key, and was not shown again. */
  repeats: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  title: v.string(),
  text: v.string(),
  /** The JSON body as it was sent. */
  body: v.unknown(),
});

/** A message as a chat shows it. */
export type ChatMessage = Readonly<v.InferOutput<typeof schema>>;

/** The newest messages of a chat, kept over restarts. */
export interface MessageStore {
  readonly add: (message: Omit<ChatMessage, 'number' | 'repeats'>) => ChatMessage;
  /** Counts one more try of the newest message with this key that is not older than `since`; `undefined` when there is none. */
  readonly countRepeat: (key: string, since: number) => ChatMessage | undefined;
  /** Oldest first. */
  readonly list: () => readonly ChatMessage[];
  readonly clear: () => void;
}

const FILE = 'messages.jsonl';
/** Messages kept; a body has at most 64 KiB, so that the file stays under 128 MiB whatever is sent. */
const KEPT = 1000;

/** Opens the messages of a folder: one JSON object a line, the later line of a number holds. */
export function openMessages(folder: string): MessageStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  let messages: ChatMessage[] = existsSync(path) ? read(readFileSync(path, 'utf8')) : [];
  let next = (messages.at(-1)?.number ?? 0) + 1;
  let lines = 0;

  const rewrite = (): void => {
    writePrivateFile(path, messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
    lines = messages.length;
  };
  const write = (message: ChatMessage): void => {
    if (messages.length > KEPT) messages = messages.slice(-KEPT);
    lines += 1;
    if (lines > 2 * KEPT) rewrite();
    else appendFileSync(path, `${JSON.stringify(message)}\n`, { mode: 0o600 });
  };
  rewrite(); // without a line that a crash cut off, and without the older lines of a number
  return {
    add: (given) => {
      const message = { ...given, number: next, repeats: 0 };
      next += 1;
      messages.push(message);
      write(message);
      return message;
    },
    countRepeat: (key, since) => {
      const index = messages.findLastIndex((message) => message.key === key && message.at >= since);
      const found = messages[index];
      if (found === undefined) return undefined;
      const counted = { ...found, repeats: found.repeats + 1 };
      messages[index] = counted;
      write(counted);
      return counted;
    },
    list: () => messages,
    clear: () => {
      messages = [];
      rewrite();
    },
  };
}

function read(text: string): ChatMessage[] {
  const byNumber = new Map<number, ChatMessage>();
  for (const line of text.split('\n')) {
    const message = readLine(line);
    if (message !== undefined) byNumber.set(message.number, message);
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number).slice(-KEPT);
}

function readLine(line: string): ChatMessage | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // cut off by a crash, before it was answered
  }
}
