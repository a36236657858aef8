import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { completedWords } from './asked-words.ts';
import { bucketClient } from './clients.ts';
import { confirm, isYes } from './confirm.ts';
import type { HoldAddOptions } from './hold.ts';
import { createHoldFile, type NewHold } from './hold-file.ts';
import { nowOf, openReading } from './reading.ts';
import { findDevice, type SwitchedOff, switchOff } from './switch-off.ts';
import { selectTarget, type Target } from './target.ts';
import { parseDay, parseWords } from './words-option.ts';

/** Holds one device, and switches it off when that is wanted: the hold first, so that no sweep comes in between. */
export async function runHoldAdd(options: HoldAddOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, options.inactivate === true ? ['oss', 'mqtt'] : ['oss'], io);
  const now = await nowOf(target, io);
  const hold = await completed(options, now, io);
  await confirm(
    { warning: warningOf(hold, options), question: 'Write the hold?', refused: 'no hold was written' },
    options,
    io,
  );
  const label = hold.device.slice(0, 40);
  const key = await createHoldFile(bucketClient(target), [hold], { label, now });
  const isJson = options.json === true;
  if (!isJson)
    io.stdout(
      `${io.paint.stdout.green('✔')} held by ${key} until ${hold.until}, and after that until it is removed.\n`,
    );
  const isWanted = options.inactivate === true || (!isJson && (await isOffered(options, io)));
  const off = isWanted ? await switchOffFound(target, hold, io) : undefined;
  if (isJson)
    writeJsonLine(io.stdout, {
      command: 'hold add',
      key,
      ...hold,
      ...(off === undefined ? {} : { switchedOff: off.kind }),
    });
  else if (off === undefined)
    io.stdout(
      `  ${io.paint.stdout.yellow('▲')} This does not switch the device off; --inactivate does that as well.\n`,
    );
  else io.stdout(offLine(off, hold, io));
  return off === undefined || off.kind === 'read-back-inactive' ? EXIT.good : EXIT.failed;
}

function warningOf({ device, instance, until }: NewHold, { inactivate }: HoldAddOptions): string {
  const off =
    inactivate === true ? 'and then the device is switched off' : 'the device itself is not switched off by that';
  return `No sweep will reactivate ${device} on ${instance} any more (until ${until} and on, until the hold is removed); ${off}.`;
}

const WORDS = {
  owner: { question: 'Who answers for it? ', option: '--owner', parse: parseWords },
  reason: { question: 'Why is it held? ', option: '--reason', parse: parseWords },
  until: { question: 'Its last day (YYYY-MM-DD)? ', option: '--until', parse: parseDay },
} as const;

// The commands that alerts name carry no owner; a person is asked, a script is told all that is missing.
async function completed(options: HoldAddOptions, now: EpochMs, io: CommandIo): Promise<NewHold> {
  const { ca, device, instance, owner, reason, until } = options;
  const given = {
    ...(owner === undefined ? {} : { owner }),
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until }),
  };
  const words = await completedWords(given, WORDS, 'a hold needs an owner, a reason and a last day', io);
  if (words.until < isoOf(now).slice(0, 10))
    throw usageError(`${words.until} is over`, 'Name a day that is still to come.');
  return { instance, device, ...words, ...(ca === undefined ? {} : { ca }) };
}

function isOffered({ yes }: HoldAddOptions, io: CommandIo): Promise<boolean> {
  if (yes === true || io.ask === undefined) return Promise.resolve(false);
  return isYes(io.ask, 'Switch the device off now as well?');
}

async function switchOffFound(target: Target, hold: NewHold, io: CommandIo): Promise<SwitchedOff> {
  const reading = await openReading(target, { instances: [hold.instance] }, io);
  const found = await findDevice(reading, hold);
  const [device] = found;
  if (device === undefined) {
    throw new CommandError({
      code: 'device-unknown',
      message: `the hold is written, but the service has no device certificate ${hold.device} that could be switched off`,
      next: 'A device is registered when it first connects; check the serial and the instance.',
    });
  }
  if (found.length > 1) {
    const cas = found.map(({ ca }) => ca).join(', ');
    throw new CommandError({
      code: 'device-ambiguous',
      message: `the hold is written, but ${hold.device} is there under several CAs: ${cas}`,
      next: 'Say which one to switch off with --ca, and run it again.',
    });
  }
  return switchOff(reading, device);
}

function offLine(off: SwitchedOff, { device }: NewHold, io: CommandIo): string {
  const { green, red } = io.paint.stdout;
  switch (off.kind) {
    case 'read-back-inactive':
      return `${green('✔')} ${device} was switched off and read back inactive.\n`;
    case 'still-active':
      return `${red('✖')} ${device} was not switched off: it was read back active${off.code === '' ? '' : ` (${off.code})`}. The hold stands.\n`;
    case 'not-readable':
      return `${red('✖')} Whether ${device} is off could not be read back${off.code === '' ? '' : ` (${off.code})`}. The hold stands.\n`;
  }
}
