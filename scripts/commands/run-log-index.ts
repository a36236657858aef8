import { type IndexDifference, indexDifferences, LOG_INDEX, mergedIndex } from '../../shared/core/log-index.ts';
import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import { counted } from '../terminal/table.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import { logIndexClient } from './clients.ts';
import { confirm } from './confirm.ts';
import { withLogStore } from './log-refusal.ts';
import { selectTarget } from './target.ts';

/** The options of `log index` as commander hands them over. */
export interface IndexOptions {
  readonly apply?: true;
  readonly definition?: true;
  readonly yes?: true;
  readonly local?: string;
  readonly json?: true;
}

/** Compares the index of the log store with the one it should have; with `--apply` makes it so. */
export async function runLogIndex(options: IndexOptions, io: CommandIo): Promise<ExitCode> {
  if (options.definition === true) {
    io.stdout(`${JSON.stringify(LOG_INDEX, undefined, 2)}\n`);
    return EXIT.good;
  }
  const target = selectTarget(options, ['log'], io);
  const index = logIndexClient(target);
  const found = await withLogStore(target, () => index.get());
  const differences = indexDifferences(found);
  const isThere = found !== undefined;
  if (options.json !== true) show(differences, isThere, io);
  const said = { command: 'log index', exists: isThere, differences };
  if (differences.length === 0 || options.apply !== true) {
    if (options.json === true) writeJsonLine(io.stdout, { ...said, applied: false });
    else if (differences.length > 0) io.stderr(`"${OWN_NAME} log index --apply" makes it so.\n`);
    return differences.length === 0 ? EXIT.good : EXIT.failed;
  }
  await confirm(
    {
      warning: isThere
        ? 'What is written from now on is indexed so; fields of yours stay as they are. Indexing costs by the traffic.'
        : 'What is written from now on can be searched, what lies there already can not. Indexing costs by the traffic.',
      question: isThere ? 'Update the index?' : 'Create the index?',
      refused: 'the index was left as it is',
    },
    options,
    io,
  );
  await withLogStore(target, async () => {
    if (isThere) return index.update(mergedIndex(found));
    if ((await index.create(LOG_INDEX)) === 'created') return;
    const next = `Run "${OWN_NAME} log index --apply" again to compare with it.`;
    throw new CommandError({ code: 'index-appeared', message: 'somebody else created an index meanwhile', next });
  });
  if (options.json === true) writeJsonLine(io.stdout, { ...said, applied: true });
  else {
    const done = isThere ? 'the index is updated' : 'the index is created';
    io.stdout(`${io.paint.stdout.green('✔')} ${done}; it takes about a minute until searches use it.\n`);
  }
  return EXIT.good;
}

function show(differences: readonly IndexDifference[], isThere: boolean, io: CommandIo): void {
  const { dim, green, red, yellow } = io.paint.stdout;
  if (differences.length === 0) {
    io.stdout(`${green('✔')} the index has every field (${counted(Object.keys(LOG_INDEX.keys).length, 'field')}).\n`);
    return;
  }
  if (!isThere) {
    io.stdout(`${red('✖')} there is no index: nothing can be searched.\n`);
    return;
  }
  for (const { found, place, wanted } of differences) {
    if (found === undefined) io.stdout(`${yellow('+')} ${place}  ${dim(terminalText(wanted, 200))}\n`);
    else io.stdout(`${yellow('~')} ${place}  ${dim(terminalText(found, 200))}\n    → ${terminalText(wanted, 200)}\n`);
  }
}
