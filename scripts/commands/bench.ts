import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `bench` as commander hands them over. */
interface BenchCommandOptions {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  npm run bench                      what benches there are
  npm run bench -- drops             how long a warm drop takes
  npm run bench -- alerts            what 100,000 waiting alerts cost until they are told
  npm run bench -- all --json        every bench, one JSON object each

Exit codes: 0 every goal met, 1 a goal missed, 2 wrong usage.
`;

const EXIT_OF: Readonly<Record<number, ExitCode>> = { 0: EXIT.good, 1: EXIT.failed, 2: EXIT.usage };

/** Adds `mqtt-certs bench`. */
export function addBenchCommand(program: Command, run: RunCommand): void {
  program
    .command('bench')
    .summary('measure speed and size against their goals')
    .description('Measures this project on this machine, everything on loopback, and says which goals are met.')
    .argument('[names...]', 'the benches to run, or all; none lists them')
    .option('--json', 'one JSON object per bench')
    .addHelpText('after', EXAMPLES)
    .action((names: string[], options: BenchCommandOptions) =>
      run(options, async (io) => {
        const { runBench } = await import('../bench/index.ts'); // lazily: no other command needs the local cloud
        try {
          return EXIT_OF[await runBench(names, { json: options.json === true, stopped: io.stopped })] ?? EXIT.failed;
        } catch (error) {
          if (io.stopped.aborted) return EXIT.failed; // Ctrl-C: nothing was measured to its end
          throw error;
        }
      }),
    );
}
