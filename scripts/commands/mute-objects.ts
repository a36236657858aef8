import { displayText } from '../../shared/core/display-text.ts';
import { mapLimited } from '../../shared/core/limit.ts';
import type { MuteLine } from '../../shared/core/notify/mute-line.ts';
import { type Etag, type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import { type EpochMs, isoOf } from '../../shared/core/time.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { lastMomentText } from '../terminal/last-moment.ts';
import { renderTable } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import type { MuteOptions } from './mute.ts';
import { FAULTS, MUTES, readMutes } from './mute-file.ts';
import { mutedWords } from './mute-words.ts';
import { nowOf } from './reading.ts';
import { selectTarget } from './target.ts';

const MAX_PAGES = 5;
const READS_AT_ONCE = 8;
const LINES_SHOWN = 5;

/** One line of a mute file, and where it stands. */
export interface SeenMute {
  readonly file: ObjectKey;
  readonly version: Etag;
  readonly line: MuteLine;
}

/** Every line of every mute file: what mutes nothing first, then what is in force, by its end. */
export async function allMutes(store: ObjectStore, now: EpochMs): Promise<readonly SeenMute[]> {
  const { objects } = await listAll(store, { prefix: MUTES, maxPages: MAX_PAGES });
  const versions = objects.filter(({ key }) => !key.endsWith('/'));
  const files = await mapLimited(versions, READS_AT_ONCE, async ({ etag: version, key: file }) => {
    const lines = (await readMutes(store, file, now)) ?? [];
    return lines.map((line) => ({ file, version, line }));
  });
  return files.flat().sort((a, b) => urgencyOf(a.line) - urgencyOf(b.line));
}

const STATES: readonly MuteLine['kind'][] = ['invalid', 'expired', 'valid'];

// Moments have 16 digits at most for any year a date can say.
function urgencyOf(line: MuteLine): number {
  return STATES.indexOf(line.kind) * 1e15 + (line.kind === 'invalid' ? 0 : line.mute.until);
}

/** Lists every mute. */
export async function runMuteList(options: MuteOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  const mutes = await allMutes(bucketClient(target), await nowOf(target, io));
  const invalid = mutes.filter(({ line }) => line.kind === 'invalid').length;
  if (options.json === true) writeJsonLine(io.stdout, { command: 'mute list', mutes: mutes.map(muteJson) });
  else if (mutes.length === 0) io.stderr('There is no mute.\n');
  else {
    const header = ['state', 'until', 'mutes', 'instance', 'owner', 'reason', 'file'];
    io.stdout(renderTable(header, mutes.map(rowOf), io.paint.stdout));
    if (invalid > 0)
      io.stderr(
        `${io.paint.stderr.red('✖')} An invalid line mutes nothing: these alerts are told. Remove it and add the mute again.\n`,
      );
  }
  return invalid === 0 ? EXIT.good : EXIT.failed;
}

/** Deletes one mute file, after showing what it mutes. */
export async function runMuteRemove(file: string, options: MuteOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  const store = bucketClient(target);
  const key = keyOf(file);
  const shown = displayText(key, 200);
  const lines = await readMutes(store, key, await nowOf(target, io));
  if (lines === undefined) {
    const next = '"mqtt-certs mute list" shows those there are.';
    throw new CommandError({ code: 'no-such-mute', message: `there is no mute ${shown}`, next });
  }
  for (const line of lines.slice(0, LINES_SHOWN)) io.stderr(`  ${rowOf({ file: key, line }).slice(2, 6).join('  ')}\n`);
  await confirm(
    {
      warning: `What ${shown} mutes (lines: ${String(lines.length)}) is told again.`,
      question: 'Delete it?',
      refused: 'nothing was deleted',
    },
    options,
    io,
  );
  await store.delete(key);
  if (options.json === true) writeJsonLine(io.stdout, { command: 'mute remove', key });
  else io.stdout(`${io.paint.stdout.green('✔')} ${shown} is gone.\n`);
  return EXIT.good;
}

function rowOf({ file, line }: Omit<SeenMute, 'version'>): readonly string[] {
  const place = displayText(`${file.slice(MUTES.length)}:${String(lineOf(line))}`, 200);
  if (line.kind === 'invalid') return ['invalid', '?', FAULTS[line.reason], '?', '?', '?', place];
  const { instance, owner, reason, until, what } = line.mute;
  const state = line.kind === 'valid' ? 'in force' : 'expired';
  const on = instance === '' ? 'any' : displayText(instance, 40);
  return [state, lastMomentText(until), mutedWords(what), on, owner, reason, place];
}

/** One mute for programs. */
export function muteJson({ file, line }: SeenMute): unknown {
  const place = { file, line: lineOf(line) };
  if (line.kind === 'invalid') return { state: 'invalid', ...place, fault: line.reason };
  const { instance, owner, reason, until, what } = line.mute;
  return { state: line.kind, ...place, what, instance: displayText(instance), owner, reason, until: isoOf(until) };
}

function lineOf(line: MuteLine): number {
  return line.kind === 'invalid' ? line.line : line.mute.line;
}

function keyOf(file: string): ObjectKey {
  const name = file.startsWith(MUTES) ? file.slice(MUTES.length) : file;
  if (name !== '' && name.length <= 200 && !name.startsWith('/') && !/\p{Cc}/u.test(name))
    return objectKey(MUTES + name);
  throw usageError(
    `${displayText(file)} is no mute file`,
    'Name it as "mqtt-certs mute list" shows it, without the line.',
  );
}
