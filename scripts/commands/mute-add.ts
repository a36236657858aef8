import type { EpochMs } from '../../shared/core/time.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { completedWords } from './asked-words.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import { parseMuted } from './kind-option.ts';
import type { MuteAddOptions } from './mute.ts';
import { createMuteFile, type NewMute, refuseVainMute } from './mute-file.ts';
import { isCritical, mutedWords } from './mute-words.ts';
import { nowOf } from './reading.ts';
import { selectTarget } from './target.ts';
import { parseDayOrMoment, parseWords } from './words-option.ts';

const WORDS = {
  what: { question: 'What is muted (a kind, or a cause)? ', option: '<what>', parse: parseMuted },
  owner: { question: 'Who answers for it? ', option: '--owner', parse: parseWords },
  reason: { question: 'Why is it muted? ', option: '--reason', parse: parseWords },
  until: { question: 'Its last day (YYYY-MM-DD)? ', option: '--until', parse: parseDayOrMoment },
} as const;

/** Writes one mute into a file of its own. */
export async function runMuteAdd(what: string | undefined, options: MuteAddOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  const now = await nowOf(target, io);
  const mute = await completed(what, options, now, io);
  await confirm(
    {
      warning: `${isCritical(mute.what) ? 'This is critical. ' : ''}Nobody is told of ${mutedWords(mute.what)}${whereOf(mute)} until ${mute.until}; what is muted is only counted in the log store.`,
      question: 'Write the mute?',
      refused: 'no mute was written',
    },
    options,
    io,
  );
  const key = await createMuteFile(bucketClient(target), mute, now);
  if (options.json === true) writeJsonLine(io.stdout, { command: 'mute add', key, ...mute });
  else io.stdout(`${io.paint.stdout.green('✔')} muted by ${key} until ${mute.until}.\n`);
  return EXIT.good;
}

function whereOf({ instance }: NewMute): string {
  return instance === '' ? '' : ` on ${instance}`;
}

// A mute that would mute nothing is refused before anybody is asked to confirm it.
async function completed(
  what: string | undefined,
  { instance, owner, reason, until }: MuteAddOptions,
  now: EpochMs,
  io: CommandIo,
): Promise<NewMute> {
  const given = {
    ...(what === undefined ? {} : { what }),
    ...(owner === undefined ? {} : { owner }),
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until }),
  };
  const words = await completedWords(given, WORDS, 'a mute needs what it mutes, an owner, a reason and an end', io);
  const mute = { ...words, instance: instance ?? '' };
  refuseVainMute(mute, now);
  return mute;
}
