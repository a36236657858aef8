import { displayText } from '../../shared/core/display-text.ts';
import { decodeText } from '../../shared/core/file-text.ts';
import { mapLimited } from '../../shared/core/limit.ts';
import { type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import { type HoldLine, readHoldFile } from '../../shared/core/sweep/hold-line.ts';
import { days, type EpochMs, isoOf } from '../../shared/core/time.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { lastMomentText } from '../terminal/last-moment.ts';
import { renderTable } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import type { HoldOptions } from './hold.ts';
import { HOLDS } from './hold-file.ts';
import { nowOf } from './reading.ts';
import { selectTarget } from './target.ts';

/** As large as the sweep reads one. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
const MAX_PAGES = 5;
const READS_AT_ONCE = 8;
const LINES_SHOWN = 5;

/** What a hold needs from people, most urgent first. */
const STATES = ['names no device', 'expired, holds on', 'ends soon', 'no readable end', 'holds'] as const;

/** Deletes one hold file, after showing what it holds. */
export async function runHoldRemove(file: string, options: HoldOptions, io: CommandIo): Promise<ExitCode> {
  const store = bucketClient(selectTarget(options, ['oss'], io));
  const key = keyOf(file);
  const lines = await readLines(store, key);
  if (lines === undefined) {
    const next = '"mqtt-certs hold list" shows those there are.';
    throw new CommandError({ code: 'no-such-hold', message: `there is no hold ${displayText(key, 200)}`, next });
  }
  const shown = lines
    .slice(0, LINES_SHOWN)
    .map((line) => `  ${line.instance} ${devicesText(line)}  ${line.owner}: ${line.reason}\n`);
  io.stderr(shown.map(displayLine).join(''));
  await confirm(
    {
      warning: `The next sweep may reactivate what ${displayText(key, 200)} holds (lines: ${lines.length}).`,
      question: 'Delete it?',
      refused: 'nothing was deleted',
    },
    options,
    io,
  );
  await store.delete(key);
  if (options.json === true) writeJsonLine(io.stdout, { command: 'hold remove', key });
  else io.stdout(`${io.paint.stdout.green('✔')} ${displayText(key, 200)} is gone; the next sweep says so too.\n`);
  return EXIT.good;
}

/** Lists every hold line, those that need somebody first. */
export async function runHoldList(options: HoldOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['oss'], io);
  const store = bucketClient(target);
  const now = await nowOf(target, io);
  const { objects } = await listAll(store, { prefix: HOLDS, maxPages: MAX_PAGES });
  const keys = objects.map(({ key }) => key).filter((key) => !key.endsWith('/'));
  const files = await mapLimited(keys, READS_AT_ONCE, async (key) => (await readLines(store, key)) ?? []);
  const holds = files
    .flat()
    .map((line) => ({ line, state: stateOf(line, now) }))
    .sort((a, b) => urgencyOf(a) - urgencyOf(b));
  const nameless = holds.filter(({ state }) => state === 'names no device').length;
  if (options.json === true) writeJsonLine(io.stdout, { command: 'hold list', holds: holds.map(holdJson) });
  else showHolds(holds, nameless, io);
  return nameless === 0 ? EXIT.good : EXIT.failed;
}

interface SeenHold {
  readonly line: HoldLine;
  readonly state: (typeof STATES)[number];
}

// By state, and within one by the end: moments have 16 digits at most for any year a date can say.
function urgencyOf({ line, state }: SeenHold): number {
  return STATES.indexOf(state) * 1e15 + (line.until ?? 0);
}

function showHolds(holds: readonly SeenHold[], nameless: number, io: CommandIo): void {
  if (holds.length === 0) {
    io.stderr('There is no hold.\n');
    return;
  }
  const rows = holds.map(({ line, state }) => [
    state,
    dayOf(line),
    displayText(line.instance === '' ? 'any' : line.instance, 40),
    devicesText(line),
    line.owner,
    line.reason,
    `${line.file.slice(HOLDS.length)}:${line.line}`,
  ]);
  const header = ['state', 'until', 'instance', 'device', 'owner', 'reason', 'file'];
  io.stdout(renderTable(header, rows, io.paint.stdout));
  if (nameless === 0) return;
  io.stderr(
    `${io.paint.stderr.red('✖')} A line that names no device may mean any: nothing at all is reactivated until it is mended.\n`,
  );
}

function stateOf({ devices, until }: HoldLine, now: EpochMs): SeenHold['state'] {
  if (devices !== 'every' && devices.length === 0) return 'names no device';
  if (until === undefined) return 'no readable end';
  if (now > until) return 'expired, holds on';
  return until - now <= days(7) ? 'ends soon' : 'holds';
}

function holdJson({ line, state }: SeenHold): unknown {
  const { cas, devices, file, instance, owner, reason, until } = line;
  const end = until === undefined ? {} : { until: isoOf(until) };
  return { state, file, line: line.line, instance: displayText(instance), devices, cas, owner, reason, ...end };
}

function devicesText({ cas, devices }: HoldLine): string {
  const under = cas.length === 0 ? '' : ` under ${cas.join(' or ')}`;
  if (devices === 'every') return `every device${under}`;
  return devices.length === 0 ? '?' : `${devices.join(' or ')}${under}`;
}

function dayOf({ until }: HoldLine): string {
  return until === undefined ? '?' : lastMomentText(until);
}

function displayLine(line: string): string {
  return `${displayText(line.trimEnd(), 200)}\n`;
}

function keyOf(file: string): ObjectKey {
  const name = file.startsWith(HOLDS) ? file.slice(HOLDS.length) : file;
  if (name !== '' && name.length <= 200 && !name.startsWith('/') && !/\p{Cc}/u.test(name))
    return objectKey(HOLDS + name);
  throw usageError(
    `${displayText(file)} is no hold file`,
    'Name it as "mqtt-certs hold list" shows it, without the line.',
  );
}

async function readLines(store: ObjectStore, key: ObjectKey): Promise<readonly HoldLine[] | undefined> {
  const read = await store.read({ key, maxBytes: MAX_FILE_BYTES });
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'found') return readHoldFile(decodeText(read.bytes), key);
  throw new CommandError({
    code: 'hold-unreadable',
    message: `${displayText(key, 200)} is larger than any hold file may be, or changing`,
    next: 'Nothing is reactivated until it can be read; make it smaller, or remove it in the OSS console.',
  });
}
