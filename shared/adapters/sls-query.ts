import { failureFacts, ServiceFailure } from '../core/service-failure.ts';
import { isPassingSlsFailure } from '../core/sls-codes.ts';
import { durationMs, type EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';
import type { SlsAnswer, SlsSend } from './sls-send.ts';
import { isWireObject } from './wire-object.ts';

/** Which logs to read. */
export interface LogQuery {
  readonly from: EpochMs;
  /** Exclusive; rounded up to a whole second. */
  readonly to: EpochMs;
  /** In the query language of SLS, without SQL; `*` for everything. */
  readonly query: string;
  /** Newest first are read, at most this many. */
  readonly maxRows: number;
}

/** What was found. Values are text, whatever type the index gives them; `__time__` and `__source__` are among them. */
export interface LogRows {
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** False when the service could not search everything in time, or when there are more rows than were asked for. */
  readonly complete: boolean;
}

/** What the reader works with. */
export interface SlsQueryOptions {
  readonly send: SlsSend;
  readonly logstore: string;
  readonly clock: Clock;
  readonly deadline: EpochMs;
}

const PAGE = 100; // GetLogs page: `line` is at most 100
const MAX_ROWS = 10_000;
const MAX_SEARCHES = 10;
const SEARCH_PAUSE = durationMs(200);

/**
 * Reads logs by time and query (GetLogs), page by page. The service answers `Incomplete` when a search takes too long;
 * the same request is then made again, a bounded number of times.
 *
 * @throws {ServiceFailure} When a page can not be had.
 */
export function slsQuery(options: SlsQueryOptions): (query: LogQuery) => Promise<LogRows> {
  const policy: RepeatPolicy = {
    service: 'sls',
    clock: options.clock,
    deadline: options.deadline,
    attemptMs: 20_000,
    maxAttempts: 3,
    backoff: { baseMs: 200, capMs: 2000 },
    isWorthRepeating: isPassingSlsFailure,
  };
  const readPage = async (query: LogQuery, offset: number, line: number): Promise<LogRows> => {
    for (let searches = 1; ; searches += 1) {
      const page = pageOf(
        await repeat(policy, (timeoutMs) => options.send(requestFor(options.logstore, query, offset, line, timeoutMs))),
      );
      if (page.complete || searches === MAX_SEARCHES) return page;
      await options.clock.sleep(SEARCH_PAUSE);
    }
  };

  return async (query) => {
    const wanted = Math.min(query.maxRows, MAX_ROWS);
    const rows: Readonly<Record<string, string>>[] = [];
    while (rows.length < wanted) {
      const line = Math.min(PAGE, wanted - rows.length);
      const page = await readPage(query, rows.length, line);
      rows.push(...page.rows.slice(0, line));
      if (!page.complete) return { rows, complete: false };
      if (page.rows.length < line) return { rows, complete: true };
    }
    return { rows, complete: false };
  };
}

function requestFor(
  logstore: string,
  query: LogQuery,
  offset: number,
  line: number,
  timeoutMs: number,
): Parameters<SlsSend>[0] {
  const from = Math.floor(query.from / 1000);
  return {
    method: 'GET',
    path: `/logstores/${logstore}`,
    query: {
      type: 'log',
      from: String(from),
      to: String(Math.max(Math.ceil(query.to / 1000), from + 1)), // an empty span is InvalidTimeRange
      query: query.query,
      line: String(line),
      offset: String(offset),
      reverse: 'true',
    },
    timeoutMs,
  };
}

function pageOf(answer: SlsAnswer): LogRows {
  const parsed = parseRows(answer.body);
  if (parsed === undefined) throw new ServiceFailure(failureFacts('sls', { code: 'UnreadableAnswer', status: 200 }));
  return { rows: parsed, complete: answer.headers['x-log-progress'] !== 'Incomplete' };
}

function parseRows(body: Buffer): Readonly<Record<string, string>>[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (!Array.isArray(parsed) || !parsed.every(isWireObject)) return undefined;
    return parsed.map((row) =>
      Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) =>
          typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
        ),
      ),
    );
  } catch {
    return undefined; // the parser's message would quote the body
  }
}
