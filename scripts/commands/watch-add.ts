import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { displayText } from '../../shared/core/display-text.ts';
import { type ObjectKey, objectKey } from '../../shared/core/object-version.ts';
import { isoOf } from '../../shared/core/time.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import { type LocalWatchFile, readLocalWatchFile } from './local-watch-file.ts';
import { selectTarget, type Target } from './target.ts';
import type { WatchAddOptions } from './watch.ts';
import { isSound, sizeText, watchCheckReport } from './watch-check-report.ts';

/** 200 MB over a slow line. */
const UPLOAD_LIMIT_MS = 15 * 60_000;

/** Checks a watch list and puts it into the bucket. */
export async function runWatchAdd(file: string, options: WatchAddOptions, io: CommandIo): Promise<ExitCode> {
  const checked = await readLocalWatchFile(file, io.cwd, options.instance);
  if (checked.kind === 'refused' || !isSound(checked)) {
    io.stderr(watchCheckReport(file, checked, { paint: io.paint.stderr, language: 'en', all: false }));
  }
  if (checked.kind === 'refused') {
    const next = `See it again with "mqtt-certs watch check ${displayText(file, 200)}".`;
    throw new CommandError({ code: 'list-refused', message: 'the sweep could not use this list', next });
  }
  const target = selectTarget(options, ['oss'], io);
  refuseUnknownInstance(target, options);
  const key = keyOf(file, options);
  const store = bucketClient(target, UPLOAD_LIMIT_MS);
  const there = await store.head(key);
  const replaces = there === undefined ? 'adds' : `replaces the one of ${isoOf(there.lastModified)} at`;
  await confirm(
    { warning: warningOf(checked, `${replaces} ${key}`), question: 'Put it there?', refused: 'nothing was uploaded' },
    options,
    io,
  );
  await store.put({ key, bytes: readFileSync(resolve(io.cwd, file)), contentType: 'text/csv' });
  if (options.json === true) {
    writeJsonLine(io.stdout, { command: 'watch add', key, replaced: there !== undefined, badLines: checked.bad.count });
  } else {
    io.stdout(`${io.paint.stdout.green('✔')} ${key}: ${sizeText(checked.list)}. The next sweep reads it.\n`);
  }
  return EXIT.good;
}

function warningOf(checked: Extract<LocalWatchFile, { kind: 'read' }>, what: string): string {
  const bad = checked.bad.count;
  const left = bad === 0 ? '' : ` ${counted(bad, 'bad line')} will count for nothing, or as reactivate=no.`;
  return `This ${what}, with ${sizeText(checked.list)}.${left}`;
}

// A list in the folder of an instance that the deployment does not serve would watch nobody.
function refuseUnknownInstance({ instances }: Target, { instance }: WatchAddOptions): void {
  if (instances.length === 0 || instances.includes(instance)) return;
  throw usageError(`${instance} is no instance of this deployment`, `It serves ${instances.join(', ')}.`);
}

function keyOf(file: string, { as, instance }: WatchAddOptions): ObjectKey {
  const name = as ?? basename(file);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.csv$/i.test(name)) return objectKey(`watch/${instance}/${name}`);
  throw usageError(
    `${displayText(name)} is no name for a watch list`,
    'Give it one with --as: letters, digits, ".", "_" or "-".',
  );
}
