import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One asynchronous call that FC has accepted and not finished. Times are of the local cloud's clock. */
export interface QueuedCall {
  readonly requestId: string;
  readonly functionName: string;
  /** What caused it: a trigger's name, or `invoke` or `destination`. */
  readonly cause: string;
  readonly payload: Buffer;
  readonly enqueuedAt: number;
  /** Earliest start of the next try. */
  readonly notBefore: number;
  /** Tries that ended in an error so far. */
  readonly failures: number;
}

/** The queue's files: one small JSON file per call, so that nothing accepted is lost when the process ends. */
export interface QueueStore {
  readonly load: () => readonly QueuedCall[];
  readonly save: (call: QueuedCall) => Promise<void>;
  readonly remove: (call: QueuedCall) => Promise<void>;
  /** Empties the folder. */
  readonly clear: () => void;
}

/** Opens the queue under a folder. Files that cannot be read are set aside with the ending `.unreadable`, not lost. */
export function openQueueStore(folder: string, onUnreadable: (file: string) => void): QueueStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pathOf = (call: QueuedCall): string => join(folder, `${call.requestId}.json`);
  return {
    load: () =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .flatMap((file) => {
          const call = readCall(join(folder, file));
          if (call !== undefined) return call;
          renameSync(join(folder, file), join(folder, `${file}.unreadable`));
          onUnreadable(file);
          return [];
        })
        .sort((a, b) => a.enqueuedAt - b.enqueuedAt),
    save: async (call) => {
      const path = pathOf(call);
      // Atomic: a process that ends in the middle leaves the old file, or none, never half of one.
      await writeFile(`${path}.tmp`, JSON.stringify({ ...call, payload: call.payload.toString('base64') }), {
        mode: 0o600,
      });
      await rename(`${path}.tmp`, path);
    },
    remove: (call) => rm(pathOf(call), { force: true }),
    clear: () => {
      for (const file of readdirSync(folder)) rmSync(join(folder, file), { force: true });
    },
  };
}

/** Request ids are file names here, so their form is checked before they are believed. */
const REQUEST_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;

function readCall(path: string): QueuedCall | undefined {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Record<keyof QueuedCall, unknown>;
    const { requestId, functionName, cause, payload, enqueuedAt, notBefore, failures } = record;
    if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId)) return undefined;
    if (typeof functionName !== 'string' || typeof cause !== 'string') return undefined;
    if (typeof payload !== 'string' || typeof enqueuedAt !== 'number') return undefined;
    if (typeof notBefore !== 'number' || typeof failures !== 'number') return undefined;
    const bytes = Buffer.from(payload, 'base64');
    return { requestId, functionName, cause, payload: bytes, enqueuedAt, notBefore, failures };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // not ours, or written by a broken disk: set aside by the caller
    throw error;
  }
}
