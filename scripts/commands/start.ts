import type { Command } from 'commander';
import type { RunCommand } from './run-command.ts';

/** The options of `start` as commander hands them over. */
export interface StartOptions {
  readonly once?: true;
  readonly demo: boolean;
  readonly data: string;
  readonly reset?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  npm start                          play the main job, then stay up
  npm start -- --once                play it and exit; not 0 if anything expected did not happen
  npm start -- --no-demo             only the local cloud
  npm start -- --data /tmp/cloud     keep everything in that folder instead of .local
`;

/** Adds `mqtt-certs start`. */
export function addStartCommand(program: Command, run: RunCommand): void {
  program
    .command('start')
    .summary('start the local cloud and play the main job')
    .description(
      'Starts the local cloud on 127.0.0.1 (OSS, MQTT OpenAPI, Log Service, Function Compute), plays the main job while showing it, and stays up.',
    )
    .option('--once', 'exit after the play')
    .option('--no-demo', 'do not play')
    .option('--data <folder>', 'where everything is kept', '.local')
    .option('--reset', 'begin with an empty local cloud')
    .option('--json', 'one JSON object per step')
    .addHelpText('after', EXAMPLES)
    .action((options: StartOptions) =>
      run(options, async (io) => {
        const { runStart } = await import('./run-start.ts'); // lazily: no other command needs the local cloud
        return runStart(options, io);
      }),
    );
}
