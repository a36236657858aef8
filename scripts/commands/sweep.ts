import type { Command } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import { parseInstance } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';
import { parseRate } from './watch.ts';

/** The options of `sweep` as commander hands them over. */
export interface SweepOptions {
  readonly dryRun?: true;
  readonly instance?: InstanceId;
  readonly rate?: number;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  mqtt-certs sweep --dry-run --instance mqtt-cn-example    what would be read, what would be done, and what not and why
  mqtt-certs sweep --yes                                   have the local cloud sweep now
`;

/** Adds `mqtt-certs sweep`. */
export function addSweepCommand(program: Command, run: RunCommand): void {
  program
    .command('sweep')
    .summary('have the watched devices swept now, or see what a sweep would do')
    .description(
      'With --dry-run, runs the sweep itself against the real service and bucket, and writes nothing anywhere.\n' +
        'Without it, fires the timer of the local cloud; on the account the timer does that by itself.',
    )
    .option('--dry-run', 'only say what would be done')
    .option('--instance <id>', 'only this instance, for --dry-run', parseInstance)
    .option('--rate <calls>', 'calls a second, for --dry-run', parseRate)
    .option('--yes', 'do not ask')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: SweepOptions) =>
      run(options, async (io) => {
        if (options.dryRun === true) return (await import('./sweep-dry-run.ts')).runDrySweep(options, io);
        return (await import('./sweep-tick.ts')).runTick(options, io);
      }),
    );
}
