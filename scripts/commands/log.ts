import { type Command, InvalidArgumentError } from 'commander';
import { epochMs } from '../../shared/core/time.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { parseDurationMs } from '../terminal/duration.ts';
import { type Language, parseLanguage } from '../terminal/language.ts';
import { createRecordFeed } from './record-feed.ts';
import type { RunCommand } from './run-command.ts';
import { selectTarget } from './target.ts';

/** The options of `log tail` as commander hands them over. */
interface TailOptions {
  /** Such as `15m`, seen to be readable. */
  readonly since: string;
  readonly follow?: true;
  readonly query: string;
  readonly limit: number;
  readonly lang: Language;
  readonly local?: string;
  readonly json?: true;
}

const DEFAULT_SINCE_MS = 3_600_000;
const FOLLOW_EVERY_MS = 1_000;
// Records become searchable a few seconds after they were written, so what was read last is read again.
const OVERLAP_MS = 180_000;
// Workers' clocks differ from ours, and the local cloud's clock can be moved far ahead.
const AHEAD_MS = { account: 900_000, local: 366 * 86_400_000 } as const;
const MAX_QUERY = 1_000;

const EXAMPLES = `
Examples:
  mqtt-certs log tail --since 15m
  mqtt-certs log tail --follow --query "severity: critical or severity: warning"
  mqtt-certs log tail --query "name: plant-7" --json
`;

/** Adds `mqtt-certs log tail`. */
export function addLogCommand(program: Command, run: RunCommand): void {
  const log = program
    .command('log')
    .summary('read the log store of outcomes')
    .description('Reads the log store of outcomes.');
  log
    .command('tail')
    .summary('what happened lately, oldest first')
    .description('Shows what happened lately, oldest first.')
    .option('--since <duration>', 'how far back, such as 90s, 15m, 1h, 7d', parseSince, '1h')
    .option('--follow', 'go on showing what happens until you stop it')
    .option('--query <query>', 'in the query language of Log Service', parseQuery, '*')
    .option('--limit <count>', 'the newest ones, at most this many', parseLimit, 200)
    .option('--lang <language>', 'zh, en or both', parseLanguage, 'en' as const)
    .option('--local <folder>', 'folder in which the local cloud was started')
    .option('--json', 'one JSON object per record')
    .addHelpText('after', EXAMPLES)
    .action((options: TailOptions) => run(options, (io) => runTail(options, io)));
}

async function runTail(options: TailOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['log'], io);
  const { logReader } = await import('./clients.ts'); // lazily: the SDKs take longer to load than most commands run
  const read = logReader(target);
  const feed = createRecordFeed({ paint: io.paint.stdout, language: options.lang, isJson: options.json === true });
  let from = io.now() - (parseDurationMs(options.since) ?? DEFAULT_SINCE_MS);
  for (;;) {
    const to = io.now() + AHEAD_MS[target.kind];
    const page = await read({ from: epochMs(from), to: epochMs(to), query: options.query, maxRows: options.limit });
    for (const text of feed.news(page.rows)) io.stdout(text);
    if (options.follow !== true) {
      if (!page.complete)
        io.stderr('There is more than is shown here; narrow it with --since or --query, or raise --limit.\n');
      if (feed.isEmpty() && options.json !== true) io.stderr('Nothing happened in this time.\n');
      return EXIT.good;
    }
    if (io.stopped.aborted) return EXIT.good;
    await pause(io.stopped);
    from = Math.max(from, io.now() - OVERLAP_MS);
  }
}

function pause(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, FOLLOW_EVERY_MS);
    function done(): void {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve();
    }
    stopped.addEventListener('abort', done, { once: true });
  });
}

// The text is kept, so that the help shows the default as a person would write it.
function parseSince(value: string): string {
  if (parseDurationMs(value) !== undefined) return value;
  throw new InvalidArgumentError('Write it like 90s, 15m, 1h or 7d.');
}

function parseQuery(value: string): string {
  // SQL results have no records; the part before the bar is what finds them.
  if (value.trim() !== '' && value.length <= MAX_QUERY && !value.includes('|')) return value;
  throw new InvalidArgumentError('A query is a search expression without SQL, such as "kind: pair-rejected".');
}

function parseLimit(value: string): number {
  const limit = /^[0-9]{1,5}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('A limit is a whole number from 1 to 10000.');
}
