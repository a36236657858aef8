import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Past this size a log becomes `<name>.log.1`, replacing the one before: at most twice this much is kept. */
const MAX_BYTES = 5 * 1024 * 1024;

/** Appends to the log files of functions. */
export interface FunctionLogs {
  readonly write: (functionName: string, lines: readonly string[]) => void;
}

/**
 * Keeps `<folder>/<function>.log` with what functions write and FC's start and end lines. Lines are written as they come,
 * so that a running function can be followed with `tail -f`.
 */
export function openFunctionLogs(folder: string): FunctionLogs {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sizes = new Map<string, number>();
  return {
    write: (functionName, lines) => {
      const path = join(folder, `${functionName}.log`);
      const text = `${lines.join('\n')}\n`;
      const size = (sizes.get(path) ?? statSync(path, { throwIfNoEntry: false })?.size ?? 0) + Buffer.byteLength(text);
      if (size > MAX_BYTES) renameSync(path, `${path}.1`);
      appendFileSync(path, text, { mode: 0o600 });
      sizes.set(path, size > MAX_BYTES ? Buffer.byteLength(text) : size);
    },
  };
}
