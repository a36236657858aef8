import { InvalidArgumentError } from 'commander';
import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
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

// The commands that alerts name carry no owner; a person is asked, a script is told all that is missing.
async function completed(options: HoldAddOptions, now: EpochMs, io: CommandIo): Promise<NewHold> {
  const { ask } = io;
  const missing = (['owner', 'reason', 'until'] as const).filter((name) => options[name] === undefined);
  if (ask === undefined && missing.length > 0) {
    const names = missing.map((name) => `--${name}`).join(', ');
    throw usageError(`a hold needs an owner, a reason and a last day: ${names} missing`, 'Add them.');
  }
  const answer = async (name: (typeof missing)[number], question: string, parse: (text: string) => string) =>
    options[name] ?? readAnswer((await ask?.(question)) ?? '', parse);
  const owner = await answer('owner', 'Who answers for it? ', parseWords);
  const reason = await answer('reason', 'Why is it held? ', parseWords);
  const until = await answer('until', 'Its last day (YYYY-MM-DD)? ', parseDay);
  if (until < isoOf(now).slice(0, 10)) throw usageError(`${until} is over`, 'Name a day that is still to come.');
  const { ca, device, instance } = options;
  return { instance, device, owner, reason, until, ...(ca === undefined ? {} : { ca }) };
}

// What an option may be an answer may be; commander's own error would end the program as a defect here.
function readAnswer(text: string, parse: (text: string) => string): string {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw usageError('that is no answer', error.message);
    throw error;
  }
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
