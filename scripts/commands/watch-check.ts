import { EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { type LocalWatchFile, readLocalWatchFile } from './local-watch-file.ts';
import { selectTarget } from './target.ts';
import type { WatchCheckOptions } from './watch.ts';
import { isSound, watchCheckJson, watchCheckReport } from './watch-check-report.ts';
import type { OnlineCa } from './watch-online.ts';

/** Checks a watch list: offline by the sweep's own rules, and with `--online` against the service. */
export async function runWatchCheck(file: string, options: WatchCheckOptions, io: CommandIo): Promise<ExitCode> {
  if (options.online === true && options.instance === undefined) {
    throw usageError('--online needs to know whose certificates to look up', 'Add --instance <id>.');
  }
  const checked = await readLocalWatchFile(file, io.cwd, options.instance);
  const view = { paint: io.paint.stdout, language: options.lang, all: options.all === true };
  if (options.json !== true) io.stdout(watchCheckReport(file, checked, view));
  const online = options.online === true ? await lookUp(checked, options, io) : undefined;
  if (options.json === true) {
    writeJsonLine(io.stdout, {
      command: 'watch check',
      ...watchCheckJson(file, checked),
      ...(online === undefined ? {} : { online }),
    });
  } else if (online !== undefined) {
    const { onlineReport } = await import('./watch-online.ts');
    io.stdout(onlineReport(online, view));
  }
  const isMissing = online?.some(({ state }) => state === 'missing') === true;
  return isSound(checked) && !isMissing ? EXIT.good : EXIT.failed;
}

async function lookUp(
  checked: LocalWatchFile,
  { instance, local, rate }: WatchCheckOptions,
  io: CommandIo,
): Promise<readonly OnlineCa[] | undefined> {
  if (checked.kind === 'refused' || instance === undefined) return undefined;
  const target = selectTarget(local === undefined ? {} : { local }, ['mqtt', 'oss'], io);
  const [{ openReading }, { lookUpList }] = await Promise.all([import('./reading.ts'), import('./watch-online.ts')]);
  const reading = await openReading(target, { instances: [instance], ...(rate === undefined ? {} : { rate }) }, io);
  return lookUpList(reading, instance, checked.list);
}
