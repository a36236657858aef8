import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { addAlertCommand } from './alert.ts';
import { addBenchCommand } from './bench.ts';
import { addCheckCommand } from './check.ts';
import { addCodeCommand } from './code.ts';
import { addDevicesCommand } from './devices.ts';
import { addDocsCommand } from './docs.ts';
import { addHoldCommand } from './hold.ts';
import { addLogCommand } from './log.ts';
import { addMuteCommand } from './mute.ts';
import { addPairCommand } from './pair.ts';
import { addPauseCommands } from './pause.ts';
import { addReleaseCommand } from './release.ts';
import type { RunCommand } from './run-command.ts';
import { addStartCommand } from './start.ts';
import { addSweepCommand } from './sweep.ts';
import { addUndoCommand } from './undo.ts';
import { addWatchCommand } from './watch.ts';

const EPILOGUE = `
Exit codes: 0 good, 1 blocked or failed, 2 wrong usage.
Commands that talk to a service use the local cloud when .local/endpoints.json is here or in a folder above, and the real
account otherwise (MQTT_CERTS_* and ALIBABA_CLOUD_ACCESS_KEY_ID, _SECRET, _SECURITY_TOKEN); they say which on stderr.
NO_COLOR and FORCE_COLOR are respected.
`;

/**
 * Runs one command line.
 *
 * @param args - Without node and script, as in `process.argv.slice(2)`.
 * @returns The exit code; never throws for anything a person can cause.
 */
export async function runCli(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.good;
  const run: RunCommand = async (options, work) => {
    try {
      exitCode = await work(io);
    } catch (error) {
      exitCode = tellError(error, io, options.json === true);
    }
  };
  try {
    await buildProgram(io, run).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has written its own sentence by now; help and version end with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    throw error;
  }
}

/** Every command there is. `run` carries out what an action does. */
export function buildProgram(io: CommandIo, run: RunCommand): Command {
  const { bold, red } = io.paint.stderr;
  const program = new Command('mqtt-certs');
  program
    .description(
      'Certificates for ApsaraMQ for MQTT: make a pair, check it, drop it; watch devices, hold them, see what became of all.',
    )
    .version(version, '--version', 'say which version this is')
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error:/, red(bold('✖')))),
    })
    .helpCommand(true)
    .addHelpText('after', EPILOGUE);
  addStartCommand(program, run);
  addPairCommand(program, run);
  addCheckCommand(program, run);
  addCodeCommand(program, run);
  addLogCommand(program, run);
  addWatchCommand(program, run);
  addHoldCommand(program, run);
  addReleaseCommand(program, run);
  addPauseCommands(program, run);
  addAlertCommand(program, run);
  addMuteCommand(program, run);
  addSweepCommand(program, run);
  addDevicesCommand(program, run);
  addUndoCommand(program, run);
  addBenchCommand(program, run);
  addDocsCommand(program, run);
  markRequired(program);
  return program;
}

function markRequired(command: Command): void {
  for (const option of command.options) if (option.mandatory) option.description += ' (required)';
  for (const sub of command.commands) markRequired(sub);
}

function tellError(error: unknown, io: CommandIo, isJson: boolean): ExitCode {
  const told = describe(error);
  if (isJson) {
    writeJsonLine(io.stderr, {
      error: { code: told.code, message: told.message, ...(told.next === '' ? {} : { next: told.next }) },
    });
    return told.exitCode;
  }
  const { bold, cyan, red } = io.paint.stderr;
  io.stderr(`${red(bold('✖'))} ${told.message}\n`);
  if (told.next !== '') io.stderr(`  ${cyan('→')} ${told.next}\n`);
  return told.exitCode;
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly exitCode: ExitCode;
}

function describe(error: unknown): Told {
  if (error instanceof CommandError) return error;
  if (error instanceof ServiceFailure) {
    return { code: 'service-failed', message: error.message, next: nextAfterService(error), exitCode: EXIT.failed };
  }
  if (isSystemError(error)) {
    const message = `${error.path ?? error.syscall}: ${SYSTEM_REASONS[error.code] ?? error.code}`;
    return { code: error.code.toLowerCase(), message, next: '', exitCode: EXIT.failed };
  }
  // A defect. Its place is told, its message is not: it could quote what a service or an SDK said.
  const place =
    error instanceof Error ? [error.name, ...(error.stack?.match(/^ {4}at .*$/gm) ?? [])].join('\n') : typeof error;
  return {
    code: 'unexpected',
    message: `unexpected ${place}`,
    next: 'Please report this with the command you ran.',
    exitCode: EXIT.failed,
  };
}

function nextAfterService(failure: ServiceFailure): string {
  if (failure.facts.code === 'NoConnection')
    return 'Is the local cloud still running ("npm start"), or is the endpoint mistyped?';
  return "Try again; the request id helps the service's support to find the call.";
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'exists already',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'is a folder',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
};

function isSystemError(error: unknown): error is Error & { code: string; syscall: string; path?: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'syscall' in error &&
    typeof error.syscall === 'string'
  );
}
