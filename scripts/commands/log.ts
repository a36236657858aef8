import type { Command } from 'commander';
import { epochMs } from '../../shared/core/time.ts';
import { EXIT, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { parseDurationMs } from '../terminal/duration.ts';
import { type Language, parseLanguage } from '../terminal/language.ts';
import { parseCa, parseDevice, parseInstance } from './certificate-options.ts';
import {
  AHEAD_MS,
  DEFAULT_SINCE,
  parseKinds,
  parseLimit,
  parseMoment,
  parseQuery,
  parseSeverity,
  parseSince,
} from './log-options.ts';
import type { QueryOptions } from './log-query.ts';
import { withLogStore } from './log-refusal.ts';
import { createRecordFeed } from './record-feed.ts';
import type { RunCommand } from './run-command.ts';
import type { IndexOptions } from './run-log-index.ts';
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
const LOCAL = 'folder in which the local cloud was started';

const TAIL_EXAMPLES = `
Examples:
  mqtt-certs log tail --since 15m
  mqtt-certs log tail --follow --query "severity: critical or severity: warning"
  mqtt-certs log tail --query "name: plant-7" --json
`;

const QUERY_EXAMPLES = `
docs/outcomes.md says what every field and every kind means.

Examples:
  mqtt-certs log query --since 7d --severity warning
  mqtt-certs log query --kind device-reactivated,breaker-open --ca 5f3c9a --since 30d
  mqtt-certs log query "api_code: CaNumExceed or api_code: NoPermission" --from 2026-01-01 --to 2026-02-01 --json

Exit codes: 0 everything was searched, 1 the search failed or is not whole, 2 wrong usage.
`;

const INDEX_EXAMPLES = `
Examples:
  mqtt-certs log index                 what the index of the log store lacks
  mqtt-certs log index --apply         creates or updates it
  mqtt-certs log index --definition    the index itself, for a tool of yours

Exit codes: 0 the index is as it should be, 1 it is not, 2 wrong usage.
`;

/** Adds `mqtt-certs log …`. */
export function addLogCommand(program: Command, run: RunCommand): void {
  const log = program
    .command('log')
    .summary('read the log store of outcomes')
    .description('Reads the log store of outcomes.');
  addTail(log, run);
  addQuery(log, run);
  addIndex(log, run);
}

function addTail(log: Command, run: RunCommand): void {
  log
    .command('tail')
    .summary('what happened lately, oldest first')
    .description('Shows what happened lately, oldest first.')
    .option('--since <duration>', 'how far back, such as 90s, 15m, 1h, 7d', parseSince, '1h')
    .option('--follow', 'go on showing what happens until you stop it')
    .option('--query <query>', 'in the query language of Log Service', parseQuery, '*')
    .option('--limit <count>', 'the newest ones, at most this many', parseLimit, 200)
    .option('--lang <language>', 'zh, en or both', parseLanguage, 'en' as const)
    .option('--local <folder>', LOCAL)
    .option('--json', 'one JSON object per record')
    .addHelpText('after', TAIL_EXAMPLES)
    .action((options: TailOptions) => run(options, (io) => runTail(options, io)));
}

function addQuery(log: Command, run: RunCommand): void {
  log
    .command('query')
    .summary('everything that answers a query')
    .description('Shows every record that answers, oldest first. What is given is all asked for together.')
    .argument('[expression]', 'in the query language of Log Service, without SQL', parseQuery, '*')
    .option('--since <duration>', `how far back, such as 90s, 2h, 30d (default: ${DEFAULT_SINCE})`, parseSince)
    .option('--from <moment>', 'beginning, as 2026-01-31T09:00:00+08:00 or 2026-01-31 (UTC)', parseMoment)
    .option('--to <moment>', 'end, not included', parseMoment)
    .option('--kind <kind>', 'of this kind; several with commas or by repeating it', parseKinds)
    .option('--instance <id>', 'about this ApsaraMQ for MQTT instance', parseInstance)
    .option('--ca <serial>', 'about this CA, in hex', parseCa)
    .option('--device <serial>', 'about this device certificate, in hex', parseDevice)
    .option('--severity <severity>', 'this bad or worse: info, notice, warning, critical', parseSeverity)
    .option('--limit <count>', 'the newest ones, at most this many', parseLimit, 1000)
    .option('--lang <language>', 'zh, en or both', parseLanguage, 'en' as const)
    .option('--local <folder>', LOCAL)
    .option('--json', 'one JSON object per record')
    .addHelpText('after', QUERY_EXAMPLES)
    .action((expression: string, options: QueryOptions) =>
      run(options, async (io) => {
        const { runQuery } = await import('./log-query.ts');
        return runQuery(expression, options, io);
      }),
    );
}

function addIndex(log: Command, run: RunCommand): void {
  log
    .command('index')
    .summary('the index that makes the log store searchable')
    .description(
      'Compares the index of the log store with the one it should have: every field of a record, and the full text.\n' +
        'With --apply, creates or updates it; fields that you added yourself stay.',
    )
    .option('--apply', 'create or update it')
    .option('--definition', 'only print the index, as the API of Log Service takes it')
    .option('--yes', 'do not ask')
    .option('--local <folder>', LOCAL)
    .option('--json', 'answer in JSON')
    .addHelpText('after', INDEX_EXAMPLES)
    .action((options: IndexOptions) =>
      run(options, async (io) => {
        const { runLogIndex } = await import('./run-log-index.ts');
        return runLogIndex(options, io);
      }),
    );
}

async function runTail(options: TailOptions, io: CommandIo): Promise<ExitCode> {
  const target = selectTarget(options, ['log'], io);
  const { logReader } = await import('./clients.ts'); // lazily: the SDKs take longer to load than most commands run
  const read = logReader(target);
  const feed = createRecordFeed({ paint: io.paint.stdout, language: options.lang, isJson: options.json === true });
  let from = io.now() - (parseDurationMs(options.since) ?? DEFAULT_SINCE_MS);
  for (;;) {
    const to = io.now() + AHEAD_MS[target.kind];
    const span = { from: epochMs(from), to: epochMs(to) };
    const page = await withLogStore(target, () => read({ ...span, query: options.query, maxRows: options.limit }));
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
