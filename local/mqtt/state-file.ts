import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_STATE, type MqttState, parseState } from './state.ts';

/** Keeps the newest state on disk. */
export interface StateFile {
  /** Notes a state to be written soon; many notes in a row become one write. */
  readonly save: (state: MqttState) => void;
  /** Resolves when the newest noted state is on disk; rejects when it could not be written. */
  readonly flush: () => Promise<void>;
}

const DELAY_MS = 50;
const fileOf = (folder: string): string => join(folder, 'state.json');

/** The state a folder holds; the empty one when there is no file yet. */
export async function loadState(folder: string): Promise<MqttState> {
  let text: string;
  try {
    text = await readFile(fileOf(folder), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY_STATE;
    throw error;
  }
  return parseState(text);
}

/** Writes beside the file and renames over it, so that a crash leaves either the old state or the new one. */
async function write(folder: string, state: MqttState): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${fileOf(folder)}.tmp`;
  await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
  await rename(temporary, fileOf(folder));
}

/** Opens the writer of a folder's state file; writes never overlap. */
export function openStateFile(folder: string): StateFile {
  let noted: MqttState | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeNoted = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const written = writing.then(async () => {
      const state = noted;
      if (state === undefined) return;
      await write(folder, state);
      if (noted === state) noted = undefined; // a state that was not written stays noted for the next attempt
    });
    writing = written.catch(() => undefined); // whoever asked is told; the next write is not stopped by it
    return written;
  };
  const reportFailure = (error: unknown): void => {
    process.stderr.write(`local cloud: the MQTT state was not saved: ${String(error)}\n`);
  };
  return {
    save: (state) => {
      noted = state;
      timer ??= setTimeout(() => {
        writeNoted().catch(reportFailure);
      }, DELAY_MS);
      timer.unref();
    },
    flush: writeNoted,
  };
}
