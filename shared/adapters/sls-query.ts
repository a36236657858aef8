import { failureFacts, ServiceFailure } from '../core/service-failure.ts';
import { isPassingSlsFailure } from '../core/sls-codes.ts';
import { durationMs, type EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';
import { slsJson } from './sls-json.ts';
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

const PAGE = 100; // GetLogsV2 page: `line` is at most 100
const MAX_ROWS = 10_000;
const MAX_SEARCHES = 10;
const SEARCH_PAUSE = durationMs(200);

/**
 * Reads logs by time and query (GetLogsV2), page by page, newest first: what is written meanwhile moves older
 * rows to later pages, so a row may come twice and none is left out. The service answers `Incomplete` when a search takes too long;
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
  const to = Math.max(Math.ceil(query.to / 1000), from + 1); // an empty span is InvalidTimeRange
  const search = { from, to, query: query.query, line, offset, reverse: true };
  return {
    method: 'POST',
    path: `/logstores/${logstore}/logs`,
    query: {},
    body: Buffer.from(JSON.stringify(search)),
    isJson: true,
    timeoutMs,
  };
}

/** `{"meta":{"progress":"Complete"|"Incomplete",…},"data":[{…}]}`; every value is a text. */
function pageOf(answer: SlsAnswer): LogRows {
  const page = slsJson(answer);
  const meta = isWireObject(page) ? page['meta'] : undefined;
  const data = isWireObject(page) ? page['data'] : undefined;
  if (!isWireObject(meta) || !Array.isArray(data) || !data.every(isWireObject)) {
    throw new ServiceFailure(failureFacts('sls', { code: 'UnreadableAnswer', status: 200 }));
  }
  return { rows: data.map(rowOf), complete: meta['progress'] !== 'Incomplete' };
}

function rowOf(row: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
}
