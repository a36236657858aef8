import { displayText } from '../../shared/core/display-text.ts';
import type { SweepId } from '../../shared/core/sweep/sweep-id.ts';
import { days, isoOf, plus } from '../../shared/core/time.ts';
import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import { createHoldFile } from './hold-file.ts';
import { openReading, type Reading } from './reading.ts';
import { type ActedDevice, actsOfSweep } from './sweep-acts.ts';
import { type FoundDevice, findDevice, type SwitchedOff, switchOff } from './switch-off.ts';
import { selectTarget } from './target.ts';
import type { UndoOptions } from './undo.ts';

const LIMIT_MS = 3_600_000;
const HOLD_DAYS = 30;

/** A device to switch off again, as the service has it now. */
interface Planned extends ActedDevice {
  readonly now: FoundDevice | undefined;
}

/** Shows what one sweep switched on, and after a yes holds it and switches it off again. */
export async function runUndo(sweepId: SweepId, options: UndoOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss', 'mqtt'], io);
  const store = bucketClient(target, LIMIT_MS);
  const acted = await actsOfSweep(store, sweepId);
  if (acted.length === 0) {
    throw new CommandError({
      code: 'nothing-to-undo',
      message: `the sweep ${sweepId} has switched nothing on, as far as the bucket remembers`,
      next: 'The field sweep_id of a device-reactivated record names the sweep: mqtt-certs log tail --query "kind: device-reactivated".',
    });
  }
  const instances = [...new Set(acted.map(({ instance }) => instance))];
  const reading = await openReading(target, { instances }, io);
  const planned: Planned[] = [];
  for (const one of acted) planned.push({ ...one, now: (await findDevice(reading, one))[0] });
  if (options.json !== true)
    for (const one of planned) io.stderr(`  ${one.instance} / ${one.ca} / ${one.device}  ${statusText(one)}\n`);
  if (options.dryRun === true) return tellPlan(sweepId, planned, options, io);
  const active = planned.filter(isActive);
  await confirm(
    {
      warning: `${counted(planned.length, 'device')} will be held, and ${active.length} of them switched off.`,
      question: 'Do it?',
      refused: 'nothing was changed',
    },
    options,
    io,
  );
  const key = await createHoldFile(
    store,
    planned.map((one) => holdOf(one, sweepId, options, { io, reading })),
    {
      label: `undo-${sweepId}`,
      now: reading.now,
    },
  );
  if (options.json !== true) io.stdout(`${io.paint.stdout.green('✔')} held by ${key}\n`);
  return switchAllOff({ active, key, sweepId, planned: planned.length }, reading, { options, io });
}

function isActive(one: Planned): one is Planned & { readonly now: FoundDevice } {
  return one.now !== undefined && one.now.status !== 'inactive';
}

function statusText({ isCertain, now }: Planned): string {
  const doubt = isCertain ? '' : ', and not certain that this sweep did it';
  if (now === undefined) return `not there any more${doubt}`;
  const status = typeof now.status === 'string' ? `${now.status} now` : `status ${displayText(now.status.unknown)}`;
  return `${status}${doubt}`;
}

function tellPlan(sweepId: SweepId, planned: readonly Planned[], options: UndoOptions, io: CommandIo): ExitCode {
  const active = planned.filter(isActive).length;
  if (options.json === true) {
    const devices = planned.map((one) => ({
      instance: one.instance,
      ca: one.ca,
      device: one.device,
      now: statusText(one),
    }));
    writeJsonLine(io.stdout, { command: 'undo', dryRun: true, sweepId, devices });
  } else
    io.stdout(
      `${counted(planned.length, 'device')} would be held, ${active} of them switched off. Nothing was changed.\n`,
    );
  return EXIT.good;
}

function holdOf(
  { ca, device, instance }: ActedDevice,
  sweepId: SweepId,
  { owner, reason, until }: UndoOptions,
  { io, reading }: { readonly io: CommandIo; readonly reading: Reading },
): Parameters<typeof createHoldFile>[1][number] {
  return {
    instance,
    ca,
    device,
    owner: owner ?? io.env['USER'] ?? io.env['LOGNAME'] ?? 'not stated',
    reason: reason ?? `undo of sweep ${sweepId}`,
    until: until ?? isoOf(plus(reading.now, days(HOLD_DAYS))).slice(0, 10),
  };
}

async function switchAllOff(
  work: {
    readonly active: readonly (Planned & { readonly now: FoundDevice })[];
    readonly key: string;
    readonly sweepId: SweepId;
    readonly planned: number;
  },
  reading: Reading,
  { io, options }: { readonly io: CommandIo; readonly options: UndoOptions },
): Promise<ExitCode> {
  const results: { readonly device: string; readonly result: SwitchedOff['kind'] }[] = [];
  const { green, red } = io.paint.stdout;
  for (const { device, now } of work.active) {
    const off = await switchOff(reading, now);
    results.push({ device, result: off.kind });
    if (options.json === true) continue;
    const said =
      off.kind === 'read-back-inactive'
        ? `${green('✔')} ${device} read back inactive`
        : `${red('✖')} ${device} ${off.kind} ${displayText(off.code)}`;
    io.stdout(`${said.trimEnd()}\n`);
  }
  const failed = results.filter(({ result }) => result !== 'read-back-inactive').length;
  if (options.json === true)
    writeJsonLine(io.stdout, { command: 'undo', sweepId: work.sweepId, hold: work.key, held: work.planned, results });
  else if (failed > 0)
    io.stderr(`${counted(failed, 'device')} could not be switched off; the holds stand. Run it again.\n`);
  return failed === 0 ? EXIT.good : EXIT.failed;
}
