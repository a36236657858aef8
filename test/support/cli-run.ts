import { dirname } from 'node:path';
import { runCli } from '../../scripts/commands/program.ts';
import { createPainter } from '../../scripts/terminal/colour.ts';
import type { CommandIo } from '../../scripts/terminal/command-io.ts';

/** What one command line did. */
export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `mqtt-certs` command line in this process, without colour and with nobody to answer questions. */
export async function runCommand(
  cwd: string,
  args: readonly string[],
  overrides: Partial<CommandIo> = {},
): Promise<CliRun> {
  const written = { stdout: '', stderr: '' };
  const plain = createPainter(false);
  const exitCode = await runCli(args, {
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
    env: {},
    cwd,
    projectFolder: dirname(dirname(import.meta.dirname)),
    paint: { stdout: plain, stderr: plain },
    columns: 100,
    stopped: new AbortController().signal,
    now: () => Date.now(),
    ...overrides,
  });
  return { exitCode, ...written };
}
