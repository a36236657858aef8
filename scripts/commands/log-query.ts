import type { InstanceId } from '../../shared/core/instance.ts';
import type { RecordField } from '../../shared/core/outcome-record.ts';
import type { OutcomeKind, Severity } from '../../shared/core/outcome-table.ts';
import type { CaSerial, DeviceSerial } from '../../shared/core/serial.ts';
import { type EpochMs, epochMs } from '../../shared/core/time.ts';
import { EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { parseDurationMs } from '../terminal/duration.ts';
import type { Language } from '../terminal/language.ts';
import { logReader } from './clients.ts';
import { AHEAD_MS, DEFAULT_SINCE } from './log-options.ts';
import { withLogStore } from './log-refusal.ts';
import { createRecordFeed } from './record-feed.ts';
import { selectTarget, type Target } from './target.ts';

/** The options of `log query` as commander hands them over. */
export interface QueryOptions {
  /** Such as `2h`, seen to be readable. */
  readonly since?: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly kind?: readonly OutcomeKind[];
  readonly instance?: InstanceId;
  readonly ca?: CaSerial;
  readonly device?: DeviceSerial;
  readonly severity?: readonly Severity[];
  readonly limit: number;
  readonly lang: Language;
  readonly local?: string;
  readonly json?: true;
}

/** A hundred pages, each of which may have to be asked for several times. */
const QUERY_LIMIT_MS = 180_000;

/** Shows every record that answers, oldest first. */
export async function runQuery(expression: string, options: QueryOptions, io: CommandIo): Promise<ExitCode> {
  const span = spanOf(options, io);
  const target = selectTarget(options, ['log'], io);
  const { from, to } = span(target);
  if (from >= to) throw usageError('nothing lies between --from and --to', '--from must be before --to.');
  const read = logReader(target, QUERY_LIMIT_MS);
  const query = queryText(expression, options);
  const { complete, rows } = await withLogStore(target, () => read({ from, to, query, maxRows: options.limit }));
  const feed = createRecordFeed({ paint: io.paint.stdout, language: options.lang, isJson: options.json === true });
  for (const text of feed.news(rows)) io.stdout(text);
  if (complete) {
    if (feed.isEmpty() && options.json !== true) io.stderr('Nothing answers this query in this time.\n');
    return EXIT.good;
  }
  if (rows.length >= options.limit) {
    io.stderr(`These are the newest ${String(options.limit)}, there may be more: raise --limit or narrow the query.\n`);
    return EXIT.good;
  }
  io.stderr(
    `${io.paint.stderr.yellow('▲')} The service did not search everything in time: narrow the query or the time.\n`,
  );
  return EXIT.failed;
}

// The words of the command line are judged before anything is said about a target.
function spanOf(
  { from, since, to }: QueryOptions,
  io: CommandIo,
): (target: Target) => { readonly from: EpochMs; readonly to: EpochMs } {
  if (from !== undefined && since !== undefined)
    throw usageError('--since and --from both say where to begin', 'Leave one of them out.');
  const sinceMs = parseDurationMs(since ?? DEFAULT_SINCE) ?? 0;
  return (target) => {
    const end = to ?? epochMs(io.now() + AHEAD_MS[target.kind]);
    return { from: from ?? epochMs((to ?? io.now()) - sinceMs), to: end };
  };
}

/**
 * The expression and the options as one query; values are quoted, so that a hyphen or a digit in front means nothing.
 *
 * @param expression - Empty for everything.
 */
export function queryText(expression: string, options: Omit<QueryOptions, 'limit' | 'lang'>): string {
  const { ca, device, instance, kind = [], severity = [] } = options;
  const parts = [
    ...(expression.trim() === '' || expression.trim() === '*' ? [] : [`(${expression.trim()})`]),
    ...anyOf('kind', kind),
    ...anyOf('severity', severity),
    ...anyOf('instance', instance === undefined ? [] : [instance]),
    ...anyOf('ca_sn', ca === undefined ? [] : [ca]),
    ...anyOf('device_sn', device === undefined ? [] : [device]),
  ];
  return parts.length === 0 ? '*' : parts.join(' and ');
}

function anyOf(field: RecordField, values: readonly string[]): readonly string[] {
  const terms = values.map((value) => `${field}: "${value}"`);
  if (terms.length < 2) return terms;
  return [`(${terms.join(' or ')})`];
}
