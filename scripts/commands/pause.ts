import type { Command } from 'commander';
import type { RunCommand } from './run-command.ts';
import { parseDay, parseWords } from './words-option.ts';

/** The options of `pause` and `resume` as commander hands them over. */
export interface PauseOptions {
  readonly owner?: string;
  readonly reason?: string;
  /** `YYYY-MM-DD`. */
  readonly until?: string;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const LOCAL = 'folder in which the local cloud was started';

/** Adds `mqtt-certs pause` and `mqtt-certs resume`. */
export function addPauseCommands(program: Command, run: RunCommand): void {
  program
    .command('pause')
    .summary('stop every write to the service')
    .description(
      'Stops every write to the service: drops wait in the inbox, sweeps read and decide and activate nothing.\n' +
        'It lasts until "resume": the day of --until is a note for people.',
    )
    .option('--owner <name>', 'who answers for it', parseWords)
    .option('--reason <text>', 'why', parseWords)
    .option('--until <day>', 'when it is meant to end, as YYYY-MM-DD', parseDay)
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((options: PauseOptions) =>
      run(options, async (io) => {
        const { runPause } = await import('./run-pause.ts');
        return runPause(options, io);
      }),
    );
  program
    .command('resume')
    .summary('end a pause')
    .description('Ends a pause: the next sweep acts again, and waiting drops are registered.')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((options: PauseOptions) =>
      run(options, async (io) => {
        const { runResume } = await import('./run-pause.ts');
        return runResume(options, io);
      }),
    );
}
