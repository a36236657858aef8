import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runCli } from './commands/program.ts';
import { createPainter, isColourWanted } from './terminal/colour.ts';
import type { CommandIo } from './terminal/command-io.ts';

/**
 * Runs the `mqtt-certs` command line in this process.
 *
 * @param args - Without node and script.
 * @returns The exit code; the caller ends the process with it.
 */
export async function main(args: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await runCli(args, processIo(stopped.signal));
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

function processIo(stopped: AbortSignal): CommandIo {
  const isTerminal = { stdout: isTty(process.stdout), stderr: isTty(process.stderr) };
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    projectFolder: dirname(import.meta.dirname), // of scripts/ and of the bundle's folder alike
    paint: {
      stdout: createPainter(isColourWanted(process.env, isTerminal.stdout)),
      stderr: createPainter(isColourWanted(process.env, isTerminal.stderr)),
    },
    columns: isTerminal.stdout ? process.stdout.columns : 100,
    ...(isTty(process.stdin) && isTerminal.stderr ? { ask } : {}),
    stopped,
    now: () => Date.now(),
  };
}

// The types say that every stream knows; a pipe has the property undefined.
const isTty = (stream: { readonly isTTY?: boolean }): boolean => stream.isTTY ?? false;

// On stderr, so that `$(mqtt-certs code …)` shows the question and captures only the answer. Ctrl-C and Ctrl-D are
// an empty answer: readline would otherwise leave the question pending for ever.
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('SIGINT', () => lines.close());
      lines.once('close', () => resolve(''));
      lines.question(question).then(resolve, reject);
    });
  } finally {
    lines.close();
  }
}
