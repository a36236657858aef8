import type { Command } from 'commander';
import type { OutcomeKind } from '../../shared/core/outcome-table.ts';
import { parseTold } from './kind-option.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `alert list`. */
export interface AlertOptions {
  readonly local?: string;
  readonly json?: true;
}

/** The options of `alert test`. */
export interface AlertTestOptions extends AlertOptions {
  readonly all?: true;
  readonly yes?: true;
}

const LOCAL = 'folder in which the local cloud was started';

const TEST_EXAMPLES = `
A test is marked 【测试】, has a cause of its own, and neither begins nor ends any real problem. Without a kind it only says
that it is a test; with one it shows how such an alert reads, with made-up values and that kind's severity. With --all
people get one message for each told kind, at most six a minute so that the robot takes them beside real alerts. Ctrl-C
ends the watching; what waits then is told by the timer.

Examples:
  mqtt-certs alert test
  mqtt-certs alert test breaker-open
  mqtt-certs alert test --all --yes

Exit codes: 0 the robot took it, 1 it did not (yet), 2 wrong usage.
`;

/** Adds `mqtt-certs alert …`. */
export function addAlertCommand(program: Command, run: RunCommand): void {
  const alert = program
    .command('alert')
    .summary('alerts: what is open and waiting, and a test of the way to people')
    .description('Shows what people are told of, and tests the whole way to them.');
  alert
    .command('list')
    .summary('what is open, what waits to be told and why')
    .description(
      'Shows open problems, what waits to be told and what for, mutes, what the log store has yet to take, and how the robot\n' +
        'is, all read from the bucket. It changes nothing.',
    )
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .action((options: AlertOptions) =>
      run(options, async (io) => {
        const { runAlertList } = await import('./alert-list.ts');
        return runAlertList(options, io);
      }),
    );
  alert
    .command('test')
    .summary('send a marked test the whole way to people')
    .description('Writes test alerts into the outbox, has notify tell them, and shows what the robot said.')
    .argument('[kind]', 'a told kind of outcome (docs/outcomes.md)', parseTold)
    .option('--all', 'one of every told kind')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .addHelpText('after', TEST_EXAMPLES)
    .action((kind: OutcomeKind | undefined, options: AlertTestOptions) =>
      run(options, async (io) => {
        const { runAlertTest } = await import('./alert-test.ts');
        return runAlertTest(kind, options, io);
      }),
    );
}
