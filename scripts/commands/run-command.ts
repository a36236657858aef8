import type { ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';

/** How a command's action hands over its work, so that errors and exit codes are dealt with in one place. */
export type RunCommand = (
  options: { readonly json?: true },
  work: (io: CommandIo) => Promise<ExitCode>,
) => Promise<void>;
