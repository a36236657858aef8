import type { Command } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { CaSerial } from '../../shared/core/serial.ts';
import type { SweepId } from '../../shared/core/sweep/sweep-id.ts';
import { parseCa, parseInstance, parseSweep } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `release` as commander hands them over. */
export interface ReleaseOptions {
  readonly instance: InstanceId;
  readonly ca: CaSerial;
  readonly sweep: SweepId;
  readonly owner?: string;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** Adds `mqtt-certs release`. */
export function addReleaseCommand(program: Command, run: RunCommand): void {
  program
    .command('release')
    .summary('let the devices through that the breaker or the flap latch stopped')
    .description(
      'Lets exactly the devices through that one sweep stopped by the breaker or for flapping: once, within 24 hours.\n' +
        'Holds, pauses, expired certificates and inactive CAs are not touched by it.',
    )
    .requiredOption('--instance <id>', 'the ApsaraMQ for MQTT instance', parseInstance)
    .requiredOption('--ca <serial>', 'the CA', parseCa)
    .requiredOption('--sweep <id>', 'the sweep, as the alert names it', parseSweep)
    .option('--owner <name>', 'who answers for it')
    .option('--yes', 'do not ask')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'answer in JSON')
    .action((options: ReleaseOptions) =>
      run(options, async (io) => {
        const { runRelease } = await import('./run-release.ts');
        return runRelease(options, io);
      }),
    );
}
