import { access, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { csvCell, displayText } from '../../shared/core/display-text.ts';
import type { CaSerial } from '../../shared/core/serial.ts';
import { watchSpelling } from '../../shared/core/sweep/watch-serial.ts';
import type { CaReading } from '../../shared/ports/mqtt-certificates.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted } from '../terminal/table.ts';
import { listAccountCas, readAccountCa } from './account-cas.ts';
import { eachDevicePage } from './device-pages.ts';
import { openReading, type Reading } from './reading.ts';
import { selectTarget } from './target.ts';
import type { SnapshotOptions } from './watch.ts';

const HEADER = 'device_sn,ca_sn,name,reactivate\n';
/** Where the lines go. */
interface Sheet {
  readonly write: (text: string) => Promise<void>;
  /** Only a whole snapshot gets its name. */
  readonly finish: () => Promise<void>;
  readonly abandon: () => Promise<void>;
}

/** Writes every active device certificate as a watch list, page by page. */
export async function runSnapshot(options: SnapshotOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['mqtt', 'oss'], io);
  const sheet = options.out === undefined ? sheetOnStdout(io) : await sheetInFile(options.out, io);
  try {
    const reading = await openReading(target, readingOptions(options), io);
    const lines = await writeSnapshot(options, { io, reading, sheet });
    await sheet.finish();
    if (options.json === true) writeJsonLine(io.stderr, { command: 'watch snapshot', active: lines });
    else io.stderr(nextStep(lines, options));
    return EXIT.good;
  } catch (error) {
    await sheet.abandon();
    throw error;
  }
}

function readingOptions({ instance, rate }: SnapshotOptions): Parameters<typeof openReading>[1] {
  return { instances: [instance], ...(rate === undefined ? {} : { rate }) };
}

interface Work {
  readonly io: CommandIo;
  readonly reading: Reading;
  readonly sheet: Sheet;
}

async function writeSnapshot(options: SnapshotOptions, work: Work): Promise<number> {
  const cas = await casToRead(options, work.reading);
  await work.sheet.write(HEADER);
  let lines = 0;
  for (const ca of cas) lines += await writeCa(ca, options, work);
  return lines;
}

async function casToRead({ ca, instance }: SnapshotOptions, reading: Reading): Promise<readonly CaReading[]> {
  if (ca === undefined) return listAccountCas(reading, instance);
  const found = await readAccountCa(reading, instance, ca);
  if (found.kind === 'read') return [found.reading];
  throw new CommandError({
    code: `ca-${found.kind}`,
    message: `the instance ${instance} has no CA ${ca} that could be read`,
    next: 'Leave out --ca to list all of them.',
  });
}

async function writeCa(ca: CaReading, { instance, json }: SnapshotOptions, work: Work): Promise<number> {
  let active = 0;
  const place = { instance, caSpelling: ca.serialAsReceived };
  const read = await eachDevicePage(work.reading, place, (devices) => {
    const lines = devices.filter(({ status }) => status === 'active');
    active += lines.length;
    return work.sheet.write(lines.map(({ name, serial }) => lineOf(watchSpelling(serial), ca.serial, name)).join(''));
  });
  if (read.kind === 'cut') throw incomplete(`page ${read.page} of the CA ${ca.serial} could not be read`);
  if (read.kind === 'with-gaps') {
    const entries = counted(read.unreadable, 'entry', 'entries');
    throw incomplete(`${entries} under the CA ${ca.serial} could not be read`);
  }
  if (json !== true) {
    const left = read.count - active;
    const others = left === 0 ? '' : `, ${counted(left, 'other')} left out`;
    work.io.stderr(`${work.io.paint.stderr.dim(`CA ${ca.serial}: ${active} active${others}`)}\n`);
  }
  return active;
}

function lineOf(device: string, ca: CaSerial, name: string): string {
  return `${device},${watchSpelling(ca)},${csvCell(displayText(name))},yes\n`;
}

function incomplete(what: string): CommandError {
  return new CommandError({
    code: 'snapshot-incomplete',
    message: `${what}, so this is no whole snapshot`,
    next: 'Do not use what was written so far; try again.',
  });
}

function nextStep(lines: number, { instance, out }: SnapshotOptions): string {
  const done = `${counted(lines, 'active device')}.`;
  if (out === undefined) return `${done}\n`;
  return `${done} Look through ${out}, then: mqtt-certs watch add ${out} --instance ${instance}\n`;
}

function sheetOnStdout(io: CommandIo): Sheet {
  const done = (): Promise<void> => Promise.resolve();
  return {
    write: (text) => {
      if (text !== '') io.stdout(text);
      return Promise.resolve();
    },
    finish: done,
    abandon: done,
  };
}

async function sheetInFile(out: string, io: CommandIo): Promise<Sheet> {
  const path = resolve(io.cwd, out);
  if (await isThere(path)) {
    throw usageError(`${out} exists already and is not overwritten`, 'Name a new file.');
  }
  const part = `${path}.part`;
  const file = await open(part, 'w');
  return {
    write: async (text) => {
      if (text !== '') await file.appendFile(text);
    },
    finish: async () => {
      await file.close();
      await rename(part, path);
    },
    abandon: async () => {
      await file.close();
      await rm(part, { force: true });
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // whatever else is wrong with the place, opening it says
  }
}
