import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChatKind } from '../../../local/chat/chat-rules.ts';
import { type LocalChats, startChats } from '../../../local/chat/chats.ts';
import type { ChatMessage } from '../../../local/chat/message-store.ts';
import { createLocalClock, type LocalClock } from '../../../local/clock.ts';

/** Wednesday, 14 November 2023, 22:13:20 UTC: the time of the golden vectors. */
export const NOW = 1_700_000_000_000;

export interface ChatsWorld {
  readonly chats: LocalChats;
  readonly clock: LocalClock;
  /** What the hook was told. */
  readonly shown: readonly (readonly [ChatKind, ChatMessage])[];
  /** Another start on the same folder, after the first one ended. */
  readonly again: () => Promise<ChatsWorld>;
}

/** All chats in a folder of their own, in a real time that stands still. */
export async function startChatsWorld(folder = newFolder(), clock = createLocalClock(() => NOW)): Promise<ChatsWorld> {
  const shown: (readonly [ChatKind, ChatMessage])[] = [];
  const { chats, close } = await startChats({
    dataFolder: folder,
    clock,
    onMessage: (kind, message) => shown.push([kind, message]),
  });
  onTestFinished(close);
  return {
    chats,
    clock,
    shown,
    again: async () => {
      await close();
      return startChatsWorld(folder, clock);
    },
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chats-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Answer = readonly [status: number, body: unknown];

/** One request; the body of the answer as JSON where it is JSON. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  return [response.status, isJson ? (JSON.parse(text) as unknown) : text];
}

/** A POST of a JSON body. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
