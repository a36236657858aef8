import type { Command } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { CaSerial, DeviceSerial } from '../../shared/core/serial.ts';
import { parseCa, parseDevice, parseInstance } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';
import { parseDay, parseWords } from './words-option.ts';

/** The options of `hold add` as commander hands them over; what is missing of the last four is asked for. */
export interface HoldAddOptions {
  readonly instance: InstanceId;
  readonly device: DeviceSerial;
  readonly ca?: CaSerial;
  readonly owner?: string;
  readonly reason?: string;
  /** `YYYY-MM-DD`, a day that exists. */
  readonly until?: string;
  readonly inactivate?: true;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** The options of `hold remove` and `hold list`. */
export interface HoldOptions {
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

const LOCAL = 'folder in which the local cloud was started';

const EXAMPLES = `
A hold says "never reactivate this one". It does not switch the device off: --inactivate does that as well, after the
hold is written. Past its last day a hold still holds until it is removed.

Examples:
  mqtt-certs hold add --instance mqtt-cn-example --device 00c0ffee --owner ann --reason "stolen" --until 2027-01-31
  mqtt-certs hold list
`;

/** Adds `mqtt-certs hold …`. */
export function addHoldCommand(program: Command, run: RunCommand): void {
  const hold = program
    .command('hold')
    .summary('holds: devices the sweep must never reactivate')
    .description('Adds, lists and removes holds.')
    .addHelpText('after', EXAMPLES);
  addAdd(hold, run);
  addRemove(hold, run);
  addList(hold, run);
}

function addAdd(hold: Command, run: RunCommand): void {
  hold
    .command('add')
    .summary('hold one device')
    .description('Writes a hold for one device into a new file of its own.')
    .requiredOption('--instance <id>', 'the ApsaraMQ for MQTT instance', parseInstance)
    .requiredOption('--device <serial>', 'the device certificate, in hex', parseDevice)
    .option('--ca <serial>', 'only under this CA; without it under any', parseCa)
    .option('--owner <name>', 'who answers for it', parseWords)
    .option('--reason <text>', 'why', parseWords)
    .option('--until <day>', 'its last day, as YYYY-MM-DD; its owner is reminded', parseDay)
    .option('--inactivate', 'switch the device off as well, and read it back')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((options: HoldAddOptions) =>
      run(options, async (io) => {
        const { runHoldAdd } = await import('./hold-add.ts');
        return runHoldAdd(options, io);
      }),
    );
}

function addRemove(hold: Command, run: RunCommand): void {
  hold
    .command('remove')
    .summary('remove a hold')
    .description('Deletes a hold file; the next sweep may reactivate what it held.')
    .argument('<file>', 'as "hold list" shows it')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((file: string, options: HoldOptions) =>
      run(options, async (io) => {
        const { runHoldRemove } = await import('./hold-objects.ts');
        return runHoldRemove(file, options, io);
      }),
    );
}

function addList(hold: Command, run: RunCommand): void {
  hold
    .command('list')
    .summary('every hold, those that need somebody first')
    .description('Lists every hold: lines that name no device first, then expired ones, ending ones, and the rest.')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .addHelpText('after', '\nExit codes: 0 every line holds what it names, 1 a line names no device, 2 wrong usage.\n')
    .action((options: HoldOptions) =>
      run(options, async (io) => {
        const { runHoldList } = await import('./hold-objects.ts');
        return runHoldList(options, io);
      }),
    );
}
