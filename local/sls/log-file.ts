import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { isStoredLog, type StoredLog } from './stored-log.ts';

/** The logs of one logstore: all of them on disk, the newest in memory. */
export interface LogFile {
  /** Resolves when the logs are in the file; they can be read from then on. */
  readonly append: (logs: readonly StoredLog[]) => Promise<void>;
  /** The newest logs in the order they arrived. */
  readonly logs: () => readonly StoredLog[];
  /** How many logs the file holds. */
  readonly count: () => number;
  /** Empties file and memory. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const KEPT_IN_MEMORY = 200_000;
const SLACK = 20_000; // trimming every time would move 200,000 entries for one log

function trim(logs: StoredLog[], keep: number): void {
  if (logs.length > keep) logs.splice(0, logs.length - keep);
}

function parseLine(line: string): StoredLog | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isStoredLog(value) ? value : undefined;
  } catch {
    return undefined; // a line that a crash cut off; it was never answered with success
  }
}

async function load(path: string, keep: number): Promise<{ readonly logs: StoredLog[]; readonly count: number }> {
  const logs: StoredLog[] = [];
  let unreadable = 0;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const log = parseLine(line);
    if (log === undefined) unreadable += line === '' ? 0 : 1;
    else logs.push(log);
    count += log === undefined ? 0 : 1;
    if (logs.length > keep + SLACK) trim(logs, keep);
  }
  if (unreadable > 0) process.stderr.write(`local cloud: ${String(unreadable)} unreadable lines in a log file\n`);
  trim(logs, keep);
  return { logs, count };
}

/** Whether the last byte is missing its line end, so that the next log would be glued to a cut-off one. */
async function isCutOff(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/**
 * Opens the file of a logstore (one JSON object a line, only ever appended to, readable by its owner alone) and reads
 * what it holds as a stream.
 *
 * @param keep - How many logs stay in memory; older ones are still in the file.
 */
export async function openLogFile(path: string, keep = KEPT_IN_MEMORY): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  if (await isCutOff(file)) await file.appendFile('\n');
  const { logs, count: found } = await load(path, keep);
  let count = found;
  let last: Promise<unknown> = Promise.resolve();

  /** One write at a time; a failed one is its caller's to hear of and does not stop the next. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    append: (added) =>
      inTurn(async () => {
        if (added.length === 0) return;
        await file.appendFile(`${added.map((log) => JSON.stringify(log)).join('\n')}\n`);
        for (const log of added) logs.push(log);
        count += added.length;
        if (logs.length > keep + SLACK) trim(logs, keep);
      }),
    logs: () => logs.slice(-keep),
    count: () => count,
    clear: () =>
      inTurn(async () => {
        await file.truncate(0);
        logs.length = 0;
        count = 0;
      }),
    close: () => inTurn(() => file.close()),
  };
}
