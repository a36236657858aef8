import { type Command, InvalidArgumentError } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { CaSerial } from '../../shared/core/serial.ts';
import { type Language, parseLanguage } from '../terminal/language.ts';
import { parseCa, parseInstance } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `watch snapshot` as commander hands them over. */
export interface SnapshotOptions {
  readonly instance: InstanceId;
  readonly ca?: CaSerial;
  readonly out?: string;
  readonly rate?: number;
  readonly local?: string;
  readonly json?: true;
}

/** The options of `watch check`. */
export interface WatchCheckOptions {
  readonly instance?: InstanceId;
  readonly online?: true;
  readonly all?: true;
  readonly lang: Language;
  readonly rate?: number;
  readonly local?: string;
  readonly json?: true;
}

/** The options of `watch add`. */
export interface WatchAddOptions {
  readonly instance: InstanceId;
  readonly as?: string;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** The options of `watch remove` and `watch list`. */
export interface WatchPlaceOptions {
  readonly instance?: InstanceId;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const EXAMPLES = `
A watch list says which device certificates must be active: a CSV with the columns device_sn,ca_sn[,name][,reactivate].

Examples:
  mqtt-certs watch snapshot --instance mqtt-cn-example --out fleet.csv   everything active now is a good beginning
  mqtt-certs watch check fleet.csv
  mqtt-certs watch add fleet.csv --instance mqtt-cn-example
`;
const LOCAL = 'folder in which the local cloud was started';

/** Adds `mqtt-certs watch …`. */
export function addWatchCommand(program: Command, run: RunCommand): void {
  const watch = program
    .command('watch')
    .summary('watch lists: which device certificates must be active')
    .description('Makes, checks and keeps the watch lists.')
    .addHelpText('after', EXAMPLES);
  addSnapshot(watch, run);
  addCheck(watch, run);
  addAdd(watch, run);
  addRemove(watch, run);
  addList(watch, run);
}

function addSnapshot(watch: Command, run: RunCommand): void {
  watch
    .command('snapshot')
    .summary('a list of every device certificate that is active now')
    .description('Writes a CSV of every device certificate that is active now, ready to be a watch list.')
    .requiredOption('--instance <id>', 'the ApsaraMQ for MQTT instance', parseInstance)
    .option('--ca <serial>', 'only the devices under this CA', parseCa)
    .option('--out <file>', 'write to a new file instead of stdout')
    .option('--rate <calls>', 'calls a second', parseRate)
    .option('--local <folder>', LOCAL)
    .option('--json', 'errors and the count in JSON, on stderr')
    .action((options: SnapshotOptions) =>
      run(options, async (io) => {
        const { runSnapshot } = await import('./watch-snapshot.ts');
        return runSnapshot(options, io);
      }),
    );
}

function addCheck(watch: Command, run: RunCommand): void {
  watch
    .command('check')
    .summary('check a watch list, as the sweep will read it')
    .description(
      'Checks a watch list with the very rules the sweep reads it by; nothing leaves this machine unless --online.',
    )
    .argument('<file>', 'the CSV')
    .option('--online', 'look up every CA and say which devices the service does not have')
    .option('--instance <id>', 'the instance, for --online', parseInstance)
    .option('--all', 'name every bad line instead of the first ones')
    .option('--lang <language>', 'zh, en or both', parseLanguage, 'en' as const)
    .option('--rate <calls>', 'calls a second, for --online', parseRate)
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .addHelpText('after', '\nExit codes: 0 every line is good, 1 a line or the file is not, 2 wrong usage.\n')
    .action((file: string, options: WatchCheckOptions) =>
      run(options, async (io) => {
        const { runWatchCheck } = await import('./watch-check.ts');
        return runWatchCheck(file, options, io);
      }),
    );
}

function addAdd(watch: Command, run: RunCommand): void {
  watch
    .command('add')
    .summary('put a watch list into the bucket, or replace one')
    .description('Checks a watch list and puts it into the bucket; the next sweep reads it.')
    .argument('<file>', 'the CSV')
    .requiredOption('--instance <id>', 'the instance it is for', parseInstance)
    .option('--as <name>', 'its name in the bucket; the file name unless told otherwise', parseListName)
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((file: string, options: WatchAddOptions) =>
      run(options, async (io) => {
        const { runWatchAdd } = await import('./watch-add.ts');
        return runWatchAdd(file, options, io);
      }),
    );
}

function addRemove(watch: Command, run: RunCommand): void {
  watch
    .command('remove')
    .summary('take a watch list out of the bucket')
    .description('Deletes a watch list; its devices are no longer watched from the next sweep on.')
    .argument('<name>', 'as "watch list" shows it', parseListName)
    .option('--instance <id>', 'when several instances have a list of this name', parseInstance)
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((name: string, options: WatchPlaceOptions) =>
      run(options, async (io) => {
        const { runWatchRemove } = await import('./watch-objects.ts');
        return runWatchRemove(name, options, io);
      }),
    );
}

function addList(watch: Command, run: RunCommand): void {
  watch
    .command('list')
    .summary('the watch lists in the bucket')
    .description('Lists the watch lists in the bucket, and how the last sweep read them.')
    .option('--instance <id>', 'only those of this instance', parseInstance)
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((options: WatchPlaceOptions) =>
      run(options, async (io) => {
        const { runWatchList } = await import('./watch-objects.ts');
        return runWatchList(options, io);
      }),
    );
}

/** Reads `--rate`: calls a second, far below what the service blocks an address for. */
export function parseRate(value: string): number {
  const rate = /^[0-9]{1,3}$/.test(value) ? Number(value) : 0;
  if (rate >= 1 && rate <= 100) return rate;
  throw new InvalidArgumentError('A rate is a whole number of calls a second from 1 to 100.');
}

/** Reads the name of a watch list: with or without `.csv`, never a path. */
function parseListName(value: string): string {
  const name = /\.csv$/i.test(value) ? value : `${value}.csv`;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new InvalidArgumentError(
    'A name is 1 to 96 letters, digits, ".", "_" or "-", and begins with a letter or digit.',
  );
}
