import type { Command } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import { parseInstance } from './certificate-options.ts';
import { parseMuted } from './kind-option.ts';
import type { RunCommand } from './run-command.ts';
import { parseDayOrMoment, parseWords } from './words-option.ts';

/** The options of `mute add` as commander hands them over; what is missing of the last three is asked for. */
export interface MuteAddOptions {
  readonly instance?: InstanceId;
  readonly owner?: string;
  readonly reason?: string;
  /** A day or a moment, seen to be readable. */
  readonly until?: string;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** The options of `mute remove` and `mute list`. */
export interface MuteOptions {
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const LOCAL = 'folder in which the local cloud was started';

const EXAMPLES = `
A mute keeps alerts of one kind, or of one cause, from being told. They are counted in the log store (alerts-muted), and
what happens happens all the same. A mute needs an owner, a reason and an end at most 90 days away; past its end it mutes
nothing.

Examples:
  mqtt-certs mute add device-expiring --instance mqtt-cn-example --owner ann --reason "renewal is under way" --until 2027-01-31
  mqtt-certs mute add ca-inactive.0123456789abcdef --owner ann --reason "retired" --until 2027-01-31T18:00:00+08:00
  mqtt-certs mute list
`;

/** Adds `mqtt-certs mute …`. */
export function addMuteCommand(program: Command, run: RunCommand): void {
  const mute = program
    .command('mute')
    .summary('mutes: what people need not be told of for a while')
    .description('Adds, lists and removes mutes.')
    .addHelpText('after', EXAMPLES);
  addAdd(mute, run);
  addRemove(mute, run);
  addList(mute, run);
}

function addAdd(mute: Command, run: RunCommand): void {
  mute
    .command('add')
    .summary('mute one kind of alert, or one problem')
    .description('Writes a mute into a new file of its own.')
    .argument('[what]', 'a kind (docs/outcomes.md), or a cause as "alert list" shows it', parseMuted)
    .option('--instance <id>', 'only about this instance; without it about any', parseInstance)
    .option('--owner <name>', 'who answers for it', parseWords)
    .option('--reason <text>', 'why', parseWords)
    .option('--until <day>', 'its last day as YYYY-MM-DD, or a moment; at most 90 days away', parseDayOrMoment)
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((what: string | undefined, options: MuteAddOptions) =>
      run(options, async (io) => {
        const { runMuteAdd } = await import('./mute-add.ts');
        return runMuteAdd(what, options, io);
      }),
    );
}

function addRemove(mute: Command, run: RunCommand): void {
  mute
    .command('remove')
    .summary('remove a mute')
    .description('Deletes a mute file; what it muted is told again.')
    .argument('<file>', 'as "mute list" shows it')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((file: string, options: MuteOptions) =>
      run(options, async (io) => {
        const { runMuteRemove } = await import('./mute-objects.ts');
        return runMuteRemove(file, options, io);
      }),
    );
}

function addList(mute: Command, run: RunCommand): void {
  mute
    .command('list')
    .summary('every mute, those that mute nothing first')
    .description('Lists every mute: invalid lines first, then expired ones, then those in force by their end.')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 every line can be read, 1 a line is invalid and mutes nothing, 2 wrong usage.\n',
    )
    .action((options: MuteOptions) =>
      run(options, async (io) => {
        const { runMuteList } = await import('./mute-objects.ts');
        return runMuteList(options, io);
      }),
    );
}
