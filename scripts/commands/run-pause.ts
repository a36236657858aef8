import { PAUSED_KEY } from '../../shared/core/bucket-layout.ts';
import { displayText } from '../../shared/core/display-text.ts';
import { decodeText } from '../../shared/core/file-text.ts';
import { isoOf } from '../../shared/core/time.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import type { PauseOptions } from './pause.ts';
import { selectTarget } from './target.ts';

const NOTE_MAX_BYTES = 64 * 1024;
const NOTE_LINES = 5;

/** Writes `control/paused`, unless somebody has. */
export async function runPause(options: PauseOptions, io: CommandIo): Promise<ExitCode> {
  const store = bucketClient(selectTarget(options, ['oss'], io));
  await confirm(
    {
      warning: 'Nothing will be registered and nothing reactivated until "mqtt-certs resume".',
      question: 'Pause?',
      refused: 'nothing was paused',
    },
    options,
    io,
  );
  const created = await store.create({
    key: PAUSED_KEY,
    bytes: Buffer.from(noteOf(options)),
    contentType: 'text/plain',
  });
  if (options.json === true) {
    writeJsonLine(io.stdout, { command: 'pause', key: PAUSED_KEY, wasPaused: created === 'exists' });
    return EXIT.good;
  }
  const { green, yellow } = io.paint.stdout;
  if (created === 'created') io.stdout(`${green('✔')} paused. "mqtt-certs resume" ends it.\n`);
  else io.stdout(`${yellow('▲')} ${await pausedAlready(store)}`);
  return EXIT.good;
}

/** Deletes `control/paused`, after showing what it says. */
export async function runResume(options: PauseOptions, io: CommandIo): Promise<ExitCode> {
  const store = bucketClient(selectTarget(options, ['oss'], io));
  const wasPaused = (await store.head(PAUSED_KEY)) !== undefined;
  if (wasPaused) {
    io.stderr(await noteIn(store));
    await confirm(
      {
        warning: 'The next sweep activates again what its guardrails allow, and waiting drops are registered.',
        question: 'Resume?',
        refused: 'it stays paused',
      },
      options,
      io,
    );
    await store.delete(PAUSED_KEY);
  }
  if (options.json === true) writeJsonLine(io.stdout, { command: 'resume', wasPaused });
  else io.stdout(wasPaused ? `${io.paint.stdout.green('✔')} resumed.\n` : 'It was not paused.\n');
  return EXIT.good;
}

function noteOf({ owner, reason, until }: PauseOptions): string {
  const said = Object.entries({ owner, reason, until }).filter(([, text]) => text !== undefined);
  return said.map(([name, text]) => `${name}: ${text ?? ''}\n`).join('');
}

// What this command was given is not written: the note stays that of whoever paused it.
async function pausedAlready(store: ObjectStore): Promise<string> {
  const [paused, note] = await Promise.all([store.head(PAUSED_KEY), noteIn(store)]);
  const since = paused === undefined ? '' : ` since ${isoOf(paused.lastModified).slice(0, 19)}Z`;
  const said = `it was paused already${since}, and stays so`;
  return note === '' ? `${said}; nothing says by whom or why.\n` : `${said}:\n${note}`;
}

async function noteIn(store: ObjectStore): Promise<string> {
  const read = await store.read({ key: PAUSED_KEY, maxBytes: NOTE_MAX_BYTES });
  if (read.kind !== 'found') return '';
  const lines = decodeText(read.bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  return lines
    .slice(0, NOTE_LINES)
    .map((line) => `  ${displayText(line)}\n`)
    .join('');
}
