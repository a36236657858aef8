import type { Painter } from './colour.ts';

/** Everything a command may touch besides files and services, so that a test can run it in process. */
export interface CommandIo {
  /** Writes answers; text ends where the caller says, line ends included. */
  readonly stdout: (text: string) => void;
  /** Writes remarks, warnings and errors. */
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path. */
  readonly cwd: string;
  /** Where this project lies: `s.yaml` and the bundles are there. Absolute path. */
  readonly projectFolder: string;
  /** For what goes to stdout, and for what goes to stderr: one of them may be a pipe. */
  readonly paint: { readonly stdout: Painter; readonly stderr: Painter };
  /** Columns of the terminal; 100 when there is none. */
  readonly columns: number;
  /** Asks a question and resolves to the line typed; absent when no person is there to answer. */
  readonly ask?: (question: string) => Promise<string>;
  /** Aborts when the person wants the command to end (SIGINT, SIGTERM). */
  readonly stopped: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Writes one JSON value as one line. */
export function writeJsonLine(write: (text: string) => void, value: unknown): void {
  write(`${JSON.stringify(value)}\n`);
}
