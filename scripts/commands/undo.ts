import type { Command } from 'commander';
import type { SweepId } from '../../shared/core/sweep/sweep-id.ts';
import { parseSweep } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';
import { parseDay, parseWords } from './words-option.ts';

/** The options of `undo` as commander hands them over. */
export interface UndoOptions {
  readonly dryRun?: true;
  readonly owner?: string;
  readonly reason?: string;
  /** `YYYY-MM-DD`. */
  readonly until?: string;
  readonly rate?: number;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** Adds `mqtt-certs undo`. */
export function addUndoCommand(program: Command, run: RunCommand): void {
  program
    .command('undo')
    .summary('switch off again what one sweep has switched on')
    .description(
      'Switches the devices off again that one sweep reactivated, and reads each of them back. Holds are written first,\n' +
        'so that the next sweep leaves them off. What would be done is shown before you are asked.',
    )
    .argument('<sweepId>', 'as the alert names it', parseSweep)
    .option('--dry-run', 'only show what would be done')
    .option('--owner <name>', 'who answers for the holds; your user name unless told otherwise', parseWords)
    .option('--reason <text>', 'why', parseWords)
    .option('--until <day>', 'last day of the holds, as YYYY-MM-DD; 30 days from now unless told otherwise', parseDay)
    .option('--yes', 'do not ask')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'answer in JSON')
    .action((sweepId: SweepId, options: UndoOptions) =>
      run(options, async (io) => {
        const { runUndo } = await import('./run-undo.ts');
        return runUndo(sweepId, options, io);
      }),
    );
}
