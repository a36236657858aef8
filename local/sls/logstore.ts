import { EVERYTHING, type LogIndex, readIndex } from './index-definition.ts';
import type { LogFile } from './log-file.ts';
import type { StoredLog } from './stored-log.ts';

/** What a logstore is set to, in the words of its API. */
export interface LogstoreInfo {
  readonly logstoreName: string;
  /** Days; 3650 means for ever. */
  readonly ttl: number;
  readonly shardCount: number;
  readonly autoSplit: boolean;
  readonly maxSplitShard: number;
  readonly enable_tracking: boolean;
  readonly appendMeta: boolean;
  readonly mode: 'standard' | 'query';
  /** Epoch seconds of moved time. */
  readonly createTime: number;
  readonly lastModifyTime: number;
}

/** An index and the first log it covers, counted from the logstore's beginning. `everything` was given by no caller. */
export interface IndexPeriod {
  readonly from: number;
  readonly definition: 'everything' | Readonly<Record<string, unknown>>;
}

/** A logstore: its logs on disk and how they are found. */
export interface Logstore {
  readonly info: LogstoreInfo;
  readonly file: LogFile;
  /** Oldest first; the last one is the index there is now, an empty list means that there is none. */
  readonly periods: readonly IndexPeriod[];
}

/** Logs with the index that was there when they were written. */
export interface IndexedLogs {
  readonly index: LogIndex;
  readonly logs: readonly StoredLog[];
}

/** A logstore's logs by the index that covers them; those written while there was none are in no part. */
export function indexedLogs({ file, periods }: Logstore): readonly IndexedLogs[] {
  const logs = file.logs();
  const first = file.count() - logs.length; // the older ones are on disk alone
  return periods.map(({ from, definition }, at) => {
    const end = periods[at + 1]?.from ?? file.count();
    return { index: indexOf(definition), logs: logs.slice(Math.max(0, from - first), Math.max(0, end - first)) };
  });
}

function indexOf(definition: IndexPeriod['definition']): LogIndex {
  if (definition === 'everything') return EVERYTHING;
  const index = readIndex(definition);
  if ('problem' in index) throw new Error(`a kept index can not be read: ${index.problem}`);
  return index;
}
