import type { Reply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { refuse } from './errors.ts';
import { matchingLogs, readSearch, renderLog, searchLogs } from './get-logs.ts';
import { histogramOf } from './histogram.ts';
import { indexedLogs, type Logstore } from './logstore.ts';
import { errorReply, jsonReply } from './reply.ts';

const noIndex = (): Reply => errorReply(refuse('IndexConfigNotExist'));

/** GetLogs: an array of flat maps, what there is to know about it in headers. */
export function getLogsReply(store: Logstore, parameters: ReadonlyMap<string, string>): Reply {
  if (store.periods.length === 0) return noIndex();
  const search = readSearch(parameters);
  if (!search.ok) return errorReply(search);
  const found = searchLogs(indexedLogs(store), search).map(renderLog);
  return jsonReply(found, {
    'x-log-progress': 'Complete',
    'x-log-count': String(found.length),
    'x-log-processed-rows': String(store.file.count()),
    'x-log-elapsed-millisecond': '1',
    'x-log-has-sql': 'false',
  });
}

/** GetLogsV2: the same search as a JSON body, the same logs under `data`. */
export function getLogsV2Reply(store: Logstore, body: Buffer): Reply {
  if (store.periods.length === 0) return noIndex();
  const parameters = readJsonParameters(body);
  if (parameters === undefined) return errorReply(refuse('ParameterInvalid', 'The body is not a JSON object.'));
  const search = readSearch(parameters);
  if (!search.ok) return errorReply(search);
  const data = searchLogs(indexedLogs(store), search).map(renderLog);
  const meta = {
    progress: 'Complete',
    count: data.length,
    hasSQL: false,
    processedRows: store.file.count(),
    elapsedMillisecond: 1,
  };
  return jsonReply({ meta, data });
}

/** GetHistograms: how many logs a search finds in each part of its time, as the SDKs read it. */
export function getHistogramsReply(store: Logstore, parameters: ReadonlyMap<string, string>): Reply {
  if (store.periods.length === 0) return noIndex();
  const search = readSearch(parameters);
  if (!search.ok) return errorReply(search);
  const found = matchingLogs(indexedLogs(store), search);
  const parts = histogramOf(found, search).map((part) => ({ ...part, progress: 'Complete' }));
  return jsonReply(parts, { 'x-log-progress': 'Complete', 'x-log-count': String(found.length) });
}

/** Numbers, booleans and texts of a JSON object as texts; anything else in it is not a parameter of a search. */
function readJsonParameters(body: Buffer): ReadonlyMap<string, string> | undefined {
  const value = readJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parameters = new Map<string, string>();
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') {
      parameters.set(name, String(member));
    }
  }
  return parameters;
}
