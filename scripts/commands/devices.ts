import { type Command, InvalidArgumentError } from 'commander';
import type { InstanceId } from '../../shared/core/instance.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../../shared/core/sweep/device-class.ts';
import { parseInstance } from './certificate-options.ts';
import type { RunCommand } from './run-command.ts';

/** The options of `devices` as commander hands them over. */
export interface DevicesOptions {
  readonly instance: InstanceId;
  readonly state: DeviceClass | 'all';
  readonly csv?: true;
  readonly local?: string;
  readonly json?: true;
}

/** Adds `mqtt-certs devices`. */
export function addDevicesCommand(program: Command, run: RunCommand): void {
  program
    .command('devices')
    .summary('watched devices by state, as the last sweep found them')
    .description('Lists watched devices by the state the last sweep found them in; the service is not asked.')
    .requiredOption('--instance <id>', 'the ApsaraMQ for MQTT instance', parseInstance)
    .requiredOption('--state <state>', `all, or one of ${DEVICE_CLASSES.join(', ')}`, parseState)
    .option('--csv', 'as CSV')
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'one JSON object per device')
    .action((options: DevicesOptions) =>
      run(options, async (io) => {
        const { runDevices } = await import('./run-devices.ts');
        return runDevices(options, io);
      }),
    );
}

function parseState(value: string): DeviceClass | 'all' {
  const state = value === 'all' ? 'all' : DEVICE_CLASSES.find((name) => name === value);
  if (state !== undefined) return state;
  throw new InvalidArgumentError(`Choose all, or one of ${DEVICE_CLASSES.join(', ')}.`);
}
